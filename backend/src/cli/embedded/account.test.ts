import { chmodSync, chownSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../tests/support/folder.ts'
import { accountFor, closedFolder, nobody } from './account.ts'

const isRoot = process.getuid?.() === 0

test('the account without rights is found by its name, whatever its number', () => {
  expect(nobody('root:x:0:0::/:/bin/sh\nnobody:x:99:98:Nobody:/:/bin/false\n')).toEqual({
    uid: 99,
    gid: 98,
  })
  expect(nobody('root:x:0:0::/:/bin/sh\n')).toEqual({ uid: 65534, gid: 65534 })
})

test('an ordinary user runs PostgreSQL itself, root lets another one do it', () => {
  const folder = temporaryFolder('account')
  const account = accountFor(join(folder, 'new'))
  expect(account === undefined).toBe(!isRoot)
  expect(account?.uid).not.toBe(0)
})

test.runIf(isRoot)('root lets the owner of existing data run it', () => {
  const folder = temporaryFolder('account')
  chownSync(folder, 1234, 1235)
  expect(accountFor(folder)).toEqual({ uid: 1234, gid: 1235 })
})

test('the outermost folder that the account cannot enter is named', () => {
  const folder = temporaryFolder('account')
  const inner = join(folder, 'a', 'b')
  mkdirSync(inner, { recursive: true })
  const stranger = { uid: 4242, gid: 4242 }
  chmodSync(folder, 0o755)
  expect(closedFolder(join(inner, 'data'), stranger)).toBeUndefined()
  chmodSync(inner, 0o700)
  expect(closedFolder(join(inner, 'data'), stranger)).toBe(inner)
  chmodSync(folder, 0o700)
  expect(closedFolder(join(inner, 'data'), stranger)).toBe(folder)
  expect(closedFolder(join(inner, 'data'), undefined)).toBeUndefined()
})

test('an owner and a member of the group enter by their own bits', () => {
  const folder = temporaryFolder('account')
  const { uid, gid } = statSync(folder)
  const path = join(folder, 'data')
  chmodSync(folder, 0o710)
  expect(closedFolder(path, { uid, gid: 4242 })).toBeUndefined()
  expect(closedFolder(path, { uid: 4242, gid })).toBeUndefined()
  chmodSync(folder, 0o701)
  expect(closedFolder(path, { uid: 4242, gid })).toBe(folder)
})
