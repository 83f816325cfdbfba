import { expect, test } from 'vitest'
import { formatConsistencyToken } from '../../../capabilities/replicas/index.ts'
import { parseSnapshot } from '../../cacheability/index.ts'
import type { KeptAnswer } from '../types.ts'
import { keepable } from './answer-codec.ts'
import { horizonFor, isNewEnough } from './newness.ts'
import type { FollowerState, FollowerStatus } from './types.ts'

const answer = keepable({ body: '', rows: 0, total: null, status: null, headers: null })
/** It has what transactions before 100 did, and 101. */
const value: KeptAnswer = { answer, snapshot: parseSnapshot('100:102:100') }
const tokenOf = (xid?: bigint) =>
  formatConsistencyToken({ systemId: '1', timeline: 1, lsn: 1n, xid })
const follower = (state: FollowerState, lagMs = 0) => ({
  ...{ state, horizon: 200n },
  status: () => ({ lagMs }) as FollowerStatus,
})

type Case = readonly [
  from: 'l1' | 'l2' | 'loaded' | 'stale',
  isStored: boolean,
  isJournaled: boolean,
]
const judged = ([from, isStored, isJournaled]: Case, xid: bigint | undefined, horizon: bigint) =>
  isNewEnough(
    { value, from, isStored },
    { token: tokenOf(xid), maxStalenessMs: undefined },
    { horizon, isJournaled, history: '1:1' },
    follower('following'),
  )

test('what contains the transaction is new enough, wherever it comes from', () => {
  for (const from of ['l1', 'l2', 'loaded', 'stale'] as const) {
    const one: Case = [from, false, false]
    expect([99n, 101n].map(xid => judged(one, xid, 0n))).toEqual([true, true])
    expect([100n, 102n].map(xid => judged(one, xid, 0n))).toEqual([false, false])
    expect(judged(one, undefined, 1_000n)).toBe(false) // A token without a transaction tells nothing here.
  }
})

test('the same id is another transaction in another cluster, and after a failover', () => {
  const given = { value, from: 'l1', isStored: true } as const
  const asked = { token: tokenOf(99n), maxStalenessMs: undefined }
  const heard = { horizon: 200n, isJournaled: true }
  const isIn = (history: string | undefined) =>
    isNewEnough(given, asked, { ...heard, history }, follower('following'))
  expect(['1:1', '2:1', '1:2', undefined].map(isIn)).toEqual([true, false, false, false])
})

test.each<[Case, boolean]>([
  [['l1', true, true], true],
  [['l2', true, true], true],
  [['loaded', true, true], true],
  [['loaded', false, true], false], // A standby that lags may have answered.
  [['stale', true, true], false],
  [['l1', true, false], false],
])('%j is right by what was told since: %s', (one, isRight) => {
  expect(judged(one, 150n, 151n)).toBe(isRight)
  expect(judged(one, 150n, 150n)).toBe(false)
})

test('nothing is known by the horizon of a journal that is not followed', () => {
  const asked = { token: tokenOf(5n), maxStalenessMs: undefined }
  expect(horizonFor(asked, follower('following'))).toBe(200n)
  expect(horizonFor(asked, follower('failing'))).toBe(0n)
  expect(horizonFor(undefined, follower('following'))).toBe(0n)
})

test('how far behind: by how lately the journal was heard', () => {
  const behind = (maxStalenessMs: number, lagMs: number, state: FollowerState = 'following') =>
    isNewEnough(
      { value, from: 'l1', isStored: true },
      { token: undefined, maxStalenessMs },
      { horizon: 0n, isJournaled: true, history: '1:1' },
      follower(state, lagMs),
    )
  expect(behind(5_000, 100)).toBe(true)
  expect(behind(5_000, 4_500)).toBe(false)
  expect(behind(500, 0)).toBe(false)
  expect(behind(5_000, 0, 'failing')).toBe(false)
})
