import { expect, test } from 'vitest'
import { fakeClock } from '../../../tests/support/fake-clock.ts'
import { createChaos, type Fault } from '../../capabilities/breaker/index.ts'
import { sufferedMs } from './disturbance.ts'

const token = 'a token of enough length'

function setUp(fault?: Fault) {
  const clock = fakeClock()
  const chaos = createChaos({ isEnabled: true, token, clock, random: () => 0 })
  if (fault !== undefined) chaos.start({ target: 'db1:5432', fault, forMs: 60_000 }, token)
  const suffer = (execution: { signal?: { aborted: boolean }; deadline?: number } = {}) =>
    sufferedMs(chaos.disturb, 'db1:5432', { signal: undefined, ...execution }, clock)
  return { clock, chaos, suffer }
}

/** What follows a timer is done in turns of its own. */
const turns = async () => {
  for (let n = 0; n < 20; n++) await Promise.resolve()
}

test('where nothing is wrong it takes no time', async () => {
  await expect(setUp().suffer()).resolves.toBe(0)
})

test('a late node takes the time that it is late', async () => {
  const { clock, suffer } = setUp({ kind: 'latency', latencyMs: 100 })
  const late = suffer({ deadline: 1_000 })
  clock.advance(100)
  await expect(late).resolves.toBe(100)
})

test('an error comes as it was made', async () => {
  const error = () => new Error('of the test')
  await expect(setUp({ kind: 'error', error }).suffer()).rejects.toThrow('of the test')
})

test('who waits for a frozen node waits until it goes on', async () => {
  const { clock, chaos, suffer } = setUp({ kind: 'freeze' })
  const frozen = suffer()
  clock.advance(500)
  chaos.stop()
  await expect(frozen).resolves.toBe(500)
})

test('… or until the deadline has passed', async () => {
  const { clock, suffer } = setUp({ kind: 'freeze' })
  const frozen = suffer({ deadline: 300 })
  clock.advance(300)
  await expect(frozen).rejects.toMatchObject({ code: 'ST514' })
  await expect(suffer({ deadline: 300 })).rejects.toMatchObject({ code: 'ST514' })
})

test('… or until the client has gone, and nobody looks at it any more', async () => {
  const { clock, suffer } = setUp({ kind: 'freeze' })
  const signal = { aborted: false }
  let ending: unknown
  const frozen = suffer({ signal }).catch((error: unknown) => (ending = error))
  clock.advance(100)
  await turns()
  expect(ending).toBeUndefined()
  signal.aborted = true
  clock.advance(25)
  await frozen
  expect(ending).toMatchObject({ code: 'ST512' })
})
