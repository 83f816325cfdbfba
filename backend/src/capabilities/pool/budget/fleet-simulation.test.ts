import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../../../tests/support/seed.ts'
import { FleetSimulation, type Happening, type Loss, TOTAL } from './testing/fleet-simulation.ts'

const member = fc.nat(5)
const wanted = fc.nat(100)
/** Clocks that are wrong by a fifth and less are what the leases allow for. */
const rate = fc.double({ min: 0.85, max: 1.15, noNaN: true })
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('start'), rate, wanted }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wants'), member, wanted }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('kill', 'freeze', 'thaw', 'leave'), member }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('network'),
      member,
      loses: fc.constantFrom<Loss>('nothing', 'claims', 'answers', 'time'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('flush') }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('wait'), ms: fc.nat(20_000) }) },
)

test(`whatever happens, the processes never have more than the total (seed ${seed})`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 5, maxLength: 40 }), async happenings => {
      const fleet = new FleetSimulation()
      const check = () => expect(fleet.held).toBeLessThanOrEqual(TOTAL + fleet.outside)
      await fleet.happen({ kind: 'start', rate: 1, wanted: 40 }, check)
      for (const each of happenings) await fleet.happen(each, check)
    }),
    { seed, numRuns: Number(process.env['STIER_FLEET_RUNS'] ?? 40) },
  )
})

test('a hot process borrows what others leave idle, and gives it back within a refresh', async () => {
  const fleet = new FleetSimulation()
  const check = () => expect(fleet.held).toBeLessThanOrEqual(TOTAL + fleet.outside)
  for (const wants of [100, 3, 3]) {
    await fleet.happen({ kind: 'start', rate: 1, wanted: wants }, check)
  }
  await fleet.happen({ kind: 'wait', ms: 30_000 }, check)
  expect(fleet.limits).toEqual([54, 3, 3])
  await fleet.happen({ kind: 'wants', member: 1, wanted: 100 }, check)
  // Told to give back, closing what becomes free, and then others may ask: each within a refresh.
  await fleet.happen({ kind: 'wait', ms: 15_000 }, check)
  expect(Math.min(...fleet.limits.slice(0, 2))).toBeGreaterThanOrEqual(28)
  expect(fleet.limits[2]).toBe(3)
})

test('after a restart of the registry everybody keeps what he holds', async () => {
  const fleet = new FleetSimulation()
  for (const wants of [30, 30])
    await fleet.happen({ kind: 'start', rate: 1, wanted: wants }, () => undefined)
  await fleet.happen({ kind: 'wait', ms: 30_000 }, () => undefined)
  expect(fleet.limits).toEqual([30, 30])
  await fleet.happen({ kind: 'flush' }, () => undefined)
  await fleet.happen({ kind: 'wait', ms: 40_000 }, () => expect(fleet.limits).toEqual([30, 30]))
})
