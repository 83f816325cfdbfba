import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../tests/support/folder.ts'
import { checkCluster, makeParent, prepareCluster } from './cluster.ts'

const ignore = () => undefined

test('an initdb that fails says why and leaves nothing', () => {
  const dataDir = join(temporaryFolder('cluster'), 'data')
  const initdb = join(temporaryFolder('cluster'), 'initdb')
  writeFileSync(initdb, '#!/bin/sh\necho "no space left" >&2\nexit 1\n', { mode: 0o755 })
  const binaries = { postgres: '/nowhere', initdb, version: 18 }
  expect(() => prepareCluster(dataDir, binaries, undefined, ignore)).toThrow(
    expect.objectContaining({ code: 'ST023', details: 'no space left' }),
  )
  const missing = { ...binaries, initdb: '/nowhere/initdb' }
  expect(() => prepareCluster(dataDir, missing, undefined, ignore)).toThrow(
    expect.objectContaining({ code: 'ST023', details: expect.stringContaining('ENOENT') }),
  )
  expect(existsSync(`${dataDir}.new`)).toBe(false)
})

test('the data of another user is left to that user; root may use any', () => {
  const dataDir = temporaryFolder('cluster')
  writeFileSync(join(dataDir, 'PG_VERSION'), '18\n')
  const binaries = { postgres: '', initdb: '', version: 18 }
  const { uid } = statSync(dataDir)
  expect(() => checkCluster(dataDir, binaries, uid + 1)).toThrow(
    expect.objectContaining({ code: 'ST022', details: expect.stringContaining(`uid ${uid}`) }),
  )
  checkCluster(dataDir, binaries, uid)
  checkCluster(dataDir, binaries, 0)
})

test('folders above the data are open, whatever the umask', () => {
  const parent = join(temporaryFolder('cluster'), 'a')
  makeParent(join(parent, 'data'))
  makeParent(join(parent, 'data'))
  expect(statSync(parent).mode & 0o777).toBe(0o755)
})
