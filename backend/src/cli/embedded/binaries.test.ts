import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../../../tests/support/folder.ts'
import { accountFor } from './account.ts'
import { findBinaries, findPackage } from './binaries.ts'
import { hydrate } from './hydrate.ts'

const account = accountFor('/nowhere')

test('the package for this platform runs without its install script', () => {
  const { version, postgres } = findBinaries({ account, onProgress: () => undefined })
  expect(version).toBe(18)
  expect(execFileSync(postgres, ['--version'], { encoding: 'utf8' })).toContain('PostgreSQL')
})

test('a platform without a package is told what to do', () => {
  expect(() => findPackage('plan9-pdp11')).toThrow(
    expect.objectContaining({ code: 'ST020', hint: expect.stringContaining('URL') }),
  )
})

test('a folder without PostgreSQL is named', () => {
  const search = { binDir: '/nowhere/bin', account, onProgress: () => undefined }
  expect(() => findBinaries(search)).toThrow(
    expect.objectContaining({ code: 'ST021', message: '/nowhere/bin/postgres cannot be run' }),
  )
})

test('links are made once, however many processes make them', () => {
  const root = fakePackage('echo')
  hydrate(root)
  hydrate(root)
  expect(readlinkSync(join(root, 'native/lib/libx.so.1'))).toBe('libx.so.1.0')
})

test('a list of links that cannot be read is an error', () => {
  expect(() => hydrate('/nowhere')).toThrow('ENOENT')
})

test('a package that cannot be used where it lies is copied once', () => {
  const root = fakePackage('echo "postgres (PostgreSQL) 18.4"')
  close(root)
  const lines: string[] = []
  const search = { packageRoot: root, account, onProgress: (line: string) => lines.push(line) }
  const first = findBinaries(search)
  const second = findBinaries(search)
  expect(first).toMatchObject({ version: 18 })
  expect(first.postgres.startsWith(root)).toBe(false)
  expect(second.postgres).toBe(first.postgres)
  removeAfterwards(first.postgres)
  expect(existsSync(join(first.postgres, '../../lib/libx.so.1'))).toBe(true)
  expect(lines).toEqual([expect.stringContaining(`Copying PostgreSQL to ${tmpdir()}`)])
})

test('a copy that others may write to is not run', () => {
  const root = fakePackage('echo "postgres (PostgreSQL) 18.4"')
  close(root)
  const search = { packageRoot: root, account, onProgress: () => undefined }
  const { postgres } = findBinaries(search)
  removeAfterwards(postgres)
  chmodSync(join(postgres, '../../..'), 0o777)
  expect(() => findBinaries(search)).toThrow(expect.objectContaining({ code: 'ST021' }))
})

test('what is wrong with a package does not depend on where it lies', () => {
  const root = fakePackage('echo "no such library" >&2; exit 1')
  const lines: string[] = []
  const search = { packageRoot: root, account, onProgress: (line: string) => lines.push(line) }
  expect(() => findBinaries(search)).toThrow(
    expect.objectContaining({ code: 'ST021', details: 'no such library' }),
  )
  removeAfterwards(`${/to (\S+),/.exec(lines[0] ?? '')?.[1]}/native/bin/postgres`)
  expect(readFileSync(join(root, 'package.json'), 'utf8')).toBe('{}')
})

/** Closed to the account that root gives PostgreSQL; to an ordinary user, closed for making the links. */
function close(root: string): void {
  const lib = join(root, 'native', 'lib')
  chmodSync(lib, 0o500)
  chmodSync(root, 0o700)
  onTestFinished(() => chmodSync(lib, 0o700))
}

function removeAfterwards(postgres: string): void {
  onTestFinished(() => rmSync(join(postgres, '../../..'), { recursive: true }))
}

/** A package whose `postgres` is a shell script. */
function fakePackage(script: string): string {
  const root = temporaryFolder('package')
  mkdirSync(join(root, 'native', 'bin'), { recursive: true })
  mkdirSync(join(root, 'native', 'lib'))
  const link = { source: 'native/lib/libx.so.1.0', target: 'native/lib/libx.so.1' }
  writeFileSync(join(root, 'native', 'pg-symlinks.json'), JSON.stringify([link]))
  writeFileSync(join(root, 'native', 'lib', 'libx.so.1.0'), '')
  writeFileSync(join(root, 'package.json'), '{}')
  writeFileSync(join(root, 'native', 'bin', 'postgres'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return root
}
