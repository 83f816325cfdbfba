import { expect, test } from 'vitest'
import { fakeClock } from '../../../../tests/support/fake-clock.ts'
import type { WalObservation } from './events.ts'
import type { LogState, SlotState } from './slot.ts'
import { SlotWatch } from './slot-watch.ts'
import { usableSlot } from './usable.ts'

const SLOT: SlotState = {
  plugin: 'pgoutput',
  database: 'shop',
  processId: undefined,
  confirmed: 1n,
  unreadBytes: 0,
  lagBytes: 0,
  walStatus: 'reserved',
  bytesLeft: undefined,
  lostFor: undefined,
}
const STATE: LogState = {
  version: 180_004,
  walLevel: 'logical',
  isUnlimited: false,
  xid: 5n,
  end: 9n,
  database: 'shop',
  server: 'one',
  hasPublication: true,
  slot: SLOT,
}
const stateOf = (slot: Partial<SlotState>): LogState => ({ ...STATE, slot: { ...SLOT, ...slot } })

test('each trouble is told once, and again when it comes again', async () => {
  const clock = fakeClock()
  const told: WalObservation[] = []
  let look = () => Promise.resolve(STATE)
  const watch = new SlotWatch({
    ...{ slot: 'cache', checkEveryMs: 1_000, lagBytesTold: 100, clock },
    observe: event => told.push(event),
    look: () => look(),
  })
  watch.start()
  watch.start()
  const turn = async (state: LogState | Error) => {
    look = () => (state instanceof Error ? Promise.reject(state) : Promise.resolve(state))
    clock.advance(1_000)
    for (let tick = 0; tick < 5; tick++) await Promise.resolve()
    return told.splice(0)
  }
  expect(await turn(stateOf({ lagBytes: 100 }))).toEqual([])
  const lagging = { kind: 'journal.slot-lagging', slot: 'cache', bytes: 101 }
  expect(await turn(stateOf({ lagBytes: 101 }))).toEqual([lagging])
  expect(await turn(stateOf({ lagBytes: 102 }))).toEqual([])
  expect(await turn(new Error('gone'))).toEqual([])
  expect(await turn(STATE)).toEqual([])
  expect(await turn(stateOf({ lagBytes: 101 }))).toEqual([lagging])
  const atRisk = stateOf({ lagBytes: 101, walStatus: 'unreserved', bytesLeft: 7 })
  expect(await turn(atRisk)).toEqual([
    { kind: 'journal.slot-at-risk', slot: 'cache', bytesLeft: 7 },
  ])
  const lost = stateOf({ walStatus: 'lost', lostFor: 'wal_removed' })
  expect(await turn(lost)).toEqual([
    { kind: 'journal.slot-lost', slot: 'cache', reason: 'wal_removed' },
  ])
  expect(await turn({ ...STATE, slot: undefined })).toEqual([])
  watch.stop()
  expect(await turn(stateOf({ lagBytes: 101 }))).toEqual([])
})

test.each([
  ['ST632', { ...STATE, walLevel: 'replica' }],
  ['ST632', { ...STATE, isUnlimited: true }],
  ['ST633', { ...STATE, slot: undefined }],
  ['ST634', stateOf({ processId: 7 })],
  ['ST635', stateOf({ lostFor: 'wal_removed' })],
  ['ST636', { ...STATE, hasPublication: false }],
  ['ST637', stateOf({ plugin: 'test_decoding' })],
  ['ST637', stateOf({ database: 'other' })],
])('%s says why a slot cannot be read', (code, state) => {
  const wanted = { slot: 'cache', publication: 'cache', isUnlimitedAllowed: false }
  expect(() => usableSlot(state, wanted)).toThrow(expect.objectContaining({ code }))
  expect(usableSlot(STATE, wanted)).toBe(SLOT)
})
