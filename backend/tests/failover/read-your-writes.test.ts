import { expect, test } from 'vitest'
import { serveCluster } from './served-cluster.ts'

test('who brings the token of a write reads it, although no replica has it yet', async () => {
  const { cluster, write, read } = await serveCluster()
  for (const standby of cluster.standbys) await standby.pauseReplay()
  const { status, token } = await write('mine')
  expect(status).toBe(201)
  expect(token).toMatch(/^[\da-f]+:[\da-f]+:[\da-f]+$/)
  expect(await read('mine', token)).toMatchObject({ status: 200, rows: 1 })
})

test('pairs of write and read are never stale with the token, wherever they are read', async () => {
  const { server, write, read } = await serveCluster()
  const stale: string[] = []
  await Promise.all(
    Array.from({ length: 8 }, async (_, caller) => {
      for (let round = 0; round < 50; round++) {
        const mark = `pair-${caller}-${round}`
        const { token } = await write(mark)
        if ((await read(mark, token)).rows !== 1) stale.push(mark)
      }
    }),
  )
  expect(stale).toEqual([])
  const report = await fetch(`${server.address}/metrics/pool`).then(answer => answer.json())
  expect(report).toMatchObject({
    nodes: [{ role: 'primary' }, { role: 'standby' }, { role: 'standby' }],
  })
})

test('a token that is none costs a read on the primary, not an error', async () => {
  const { cluster, write, read } = await serveCluster()
  for (const standby of cluster.standbys) await standby.pauseReplay()
  await write('mine')
  for (const token of ['nonsense', '1:1:0', 'ffffffffffffffff:1:1', "'; drop table mark; --"]) {
    expect(await read('mine', token)).toMatchObject({ status: 200, rows: 1 })
  }
})

test('a replica whose replay stands still serves no reads', async () => {
  const { cluster, server, write, read } = await serveCluster()
  for (const standby of cluster.standbys) await standby.pauseReplay()
  await expect
    .poll(() => server.events.filter(({ kind }) => kind === 'replicas.ejected').length, {
      timeout: 20_000,
    })
    .toBe(2)
  await write('seen')
  for (let round = 0; round < 20; round++) {
    expect(await read('seen')).toMatchObject({ status: 200, rows: 1 })
  }
  for (const standby of cluster.standbys) await standby.resumeReplay()
  await expect
    .poll(() => server.events.filter(({ kind }) => kind === 'replicas.returned').length, {
      timeout: 20_000,
    })
    .toBe(2)
})
