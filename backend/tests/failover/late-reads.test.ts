import { expect, test } from 'vitest'
import { serveCluster } from './served-cluster.ts'

/** The watch would find a frozen node by itself: here it is given no chance to. */
const UNWATCHED = { '--replicas-answer-timeout-ms': '60000', '--replicas-check-every-ms': '60000' }

test('reads that a replica leaves lying are answered by the other one', async () => {
  const { cluster, server, write, read } = await serveCluster({}, UNWATCHED)
  const { token } = await write('here')
  for (let round = 0; round < 60; round++) {
    await Promise.all(Array.from({ length: 8 }, () => read('here', token)))
  }
  cluster.standbys[0]?.freeze()
  const answers = await Promise.all(Array.from({ length: 24 }, () => read('here', token)))
  expect(answers).toEqual(Array.from({ length: 24 }, () => ({ status: 200, rows: 1 })))
  const report = await fetch(`${server.address}/metrics/pool`).then(answer => answer.json())
  const { hedges } = report as { hedges: { asked: number; won: number } }
  expect(hedges.won).toBeGreaterThan(0)
  expect(hedges.asked).toBeGreaterThanOrEqual(hedges.won)
})

test('switched off, each read is asked once', async () => {
  const off = { '--database-hedged-reads': 'false' }
  const { server, write, read } = await serveCluster({ standbys: 1 }, off)
  const { token } = await write('here')
  for (let round = 0; round < 200; round++) await read('here', token)
  const report = await fetch(`${server.address}/metrics/pool`).then(answer => answer.json())
  expect(report).toMatchObject({ hedges: { asked: 0, won: 0 } })
})
