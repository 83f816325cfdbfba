import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../tests/support/folder.ts'
import { isLocked, lockDataDirectory, removeCluster } from './lock.ts'

function newDirectory(): string {
  const dataDir = join(temporaryFolder('lock'), 'data')
  mkdirSync(dataDir)
  return dataDir
}

test('a directory is taken once until it is given back', async () => {
  const dataDir = newDirectory()
  const unlock = await lockDataDirectory(dataDir)
  expect(isLocked(dataDir)).toBe(true)
  await expect(lockDataDirectory(dataDir)).rejects.toMatchObject({
    code: 'ST022',
    details: `Process ${process.pid} is using it`,
    hint: expect.stringContaining('--directory another'),
  })
  unlock()
  expect(isLocked(dataDir)).toBe(false)
  const unlockAgain = await lockDataDirectory(dataDir)
  unlockAgain()
})

test('the lock of a process that has died is taken over, even when another has its number now', async () => {
  const dataDir = newDirectory()
  writeFileSync(`${dataDir}.lock`, `${process.pid}\nsomebody who lived before\n`)
  expect(isLocked(dataDir)).toBe(false)
  const unlock = await lockDataDirectory(dataDir)
  expect(readFileSync(`${dataDir}.lock`, 'utf8')).toContain('node')
  unlock()
})

test('a pid file whose number belongs to another program now is removed, the program left alone', async () => {
  const dataDir = newDirectory()
  writeFileSync(join(dataDir, 'postmaster.pid'), `${process.pid}\n${dataDir}\n`)
  const unlock = await lockDataDirectory(dataDir)
  expect(existsSync(join(dataDir, 'postmaster.pid'))).toBe(false)
  unlock()
})

test('a place that cannot hold a lock is an error', async () => {
  await expect(lockDataDirectory('/nowhere/data')).rejects.toThrow('ENOENT')
})

test('removing what is not there does nothing, removing what is in use is refused', async () => {
  await removeCluster('/nowhere/data')
  const dataDir = newDirectory()
  const unlock = await lockDataDirectory(dataDir)
  await expect(removeCluster(dataDir)).rejects.toMatchObject({ code: 'ST022' })
  unlock()
  await removeCluster(dataDir)
  expect(existsSync(dataDir)).toBe(false)
})
