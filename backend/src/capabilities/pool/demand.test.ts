import { expect, test } from 'vitest'
import { connectsWanted, type Demand } from './demand.ts'

const calm: Demand = {
  size: 5,
  target: 20,
  ceiling: 50,
  isKept: false,
  waiting: 0,
  waitingAdmin: 0,
  oldestWaitMs: 0,
  holdMs: 2,
  connectMs: 150,
}

test.each<[string, Partial<Demand>, number]>([
  ['nobody waits', {}, 0],
  ['nobody waits, and the target is kept', { isKept: true }, 15],
  ['the queue has drained before a connection is there', { waiting: 45 }, 0],
  ['the queue is long', { waiting: 380 }, 5],
  ['the queue is longer than the pool may grow', { waiting: 5_000 }, 15],
  ['connecting is quick', { waiting: 10, connectMs: 2 }, 5],
  ['connections are held for long', { waiting: 4, holdMs: 8_000 }, 4],
  ['the first one waits longer than expected', { waiting: 4, oldestWaitMs: 151 }, 4],
  ['it is not known how long anything takes', { waiting: 4, holdMs: undefined }, 4],
  ['nothing was ever opened', { waiting: 4, size: 0, connectMs: undefined }, 4],
  ['there is nothing that could become free', { waiting: 4, size: 0 }, 4],
  ['there are as many as there should be', { waiting: 4_000, size: 20 }, 0],
  ['admin waits', { waiting: 1, waitingAdmin: 1, size: 20 }, 1],
  ['admin waits at the ceiling', { waiting: 1, waitingAdmin: 1, size: 50 }, 0],
  ['there are more than there may be', { isKept: true, size: 60 }, 0],
  ['the ceiling is below the target', { isKept: true, ceiling: 8 }, 3],
])('%s', (_name, facts, wanted) => {
  expect(connectsWanted({ ...calm, ...facts })).toBe(wanted)
})
