import { expect, test } from 'vitest'
import { type FakeClock, fakeClock } from '../../../../tests/support/fake-clock.ts'
import { BudgetImpossibleError, RegistryLostError } from './errors.ts'
import type { BudgetEvent } from './events.ts'
import { createFleetBudget, type FleetBudgetSetup } from './fleet-budget.ts'
import type { BudgetClaim, BudgetRegistry, BudgetShare } from './registry.ts'

type Answer = BudgetShare | Error

/** A registry that answers as it is told, and remembers what it was asked. */
function scripted(answer: Answer) {
  const claims: BudgetClaim[] = []
  let lost: (error: Error) => void = () => undefined
  let hasLeft = false
  const registry: BudgetRegistry = {
    async renew(claim) {
      claims.push(claim)
      if (scripted.answer instanceof Error) throw scripted.answer
      return scripted.answer
    },
    async leave() {
      hasLeft = true
    },
    onLost(callback) {
      lost = callback
    },
  }
  const scripted = { answer, claims, registry, lose: () => lost(new RegistryLostError('a test')) }
  return Object.assign(scripted, { hasLeft: () => hasLeft })
}

function fleet(registry: BudgetRegistry, clock: FakeClock, more: Partial<FleetBudgetSetup> = {}) {
  const limits: string[] = []
  const events: BudgetEvent['kind'][] = []
  const needs = { held: 0, wanted: 20 }
  const budget = createFleetBudget({
    registry,
    clock,
    random: () => 0.5,
    needs: () => needs,
    onShare: (limit, reason) => limits.push(`${limit} ${reason}`),
    observe: ({ kind }) => events.push(kind),
    ...more,
  })
  return { budget, limits, events, needs }
}

const turn = () => new Promise(resolve => setImmediate(resolve))

async function pass(clock: FakeClock, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 50) {
    clock.advance(Math.min(50, left))
    await turn()
  }
}

const LEASE = { granted: 30, total: 60, members: 2, validForMs: 12_000 }

test('a share is asked for at the start, every refresh, and given back at the end', async () => {
  const clock = fakeClock()
  const told = scripted(LEASE)
  const { budget, limits } = fleet(told.registry, clock, { floor: 10, total: 60 })
  await budget.start()
  expect(limits).toEqual(['0 starting', '30 granted'])
  expect(told.claims).toEqual([{ held: 0, wanted: 20, floor: 10, limit: 0, safe: 6 }])
  await pass(clock, 5_000)
  expect(told.claims).toHaveLength(2)
  expect(told.claims[1]).toMatchObject({ limit: 30 })
  expect(budget.share()).toMatchObject({ limit: 30, reason: 'granted', total: 60, members: 2 })
  await budget.stop()
  expect(told.hasLeft()).toBe(true)
  await pass(clock, 20_000)
  expect(told.claims).toHaveLength(2)
})

test('more is asked for at once when more is wanted, and once', async () => {
  const clock = fakeClock()
  const told = scripted(LEASE)
  const { budget, needs } = fleet(told.registry, clock)
  await budget.start()
  needs.wanted = 40
  await pass(clock, 1_000)
  expect(told.claims.map(({ wanted }) => wanted)).toEqual([20, 40])
  needs.wanted = 10
  await pass(clock, 1_000)
  expect(told.claims).toHaveLength(2)
})

test('connections above a smaller share are told of when they have gone', async () => {
  const clock = fakeClock()
  const told = scripted(LEASE)
  const { budget, needs } = fleet(told.registry, clock)
  await budget.start()
  needs.held = 30
  told.answer = { ...LEASE, granted: 15 }
  await pass(clock, 5_000)
  expect(budget.share().limit).toBe(15)
  needs.held = 20
  await pass(clock, 300)
  expect(told.claims.at(-1)).toMatchObject({ held: 20 })
})

test('a lease that is not renewed ends before the registry gives it to others', async () => {
  const clock = fakeClock()
  const told = scripted(LEASE)
  const { budget, limits, events } = fleet(told.registry, clock)
  await budget.start()
  told.answer = new RegistryLostError('a test')
  await pass(clock, 11_950)
  expect(limits.at(-1)).toBe('30 granted')
  await pass(clock, 50)
  expect(limits.at(-1)).toBe('6 registry-lost')
  const asked = told.claims.length
  expect(asked).toBeGreaterThan(3)
  told.answer = LEASE
  await pass(clock, 5_000)
  expect(limits.at(-1)).toBe('30 granted')
  expect(events).toEqual([
    ...['budget.shared', 'budget.shared', 'budget.lost'],
    ...['budget.shared', 'budget.regained', 'budget.shared'],
  ])
})

test('who could not ask from the start has the safe capacity', async () => {
  const clock = fakeClock()
  const told = scripted(new RegistryLostError('a test'))
  const { budget, limits } = fleet(told.registry, clock, { total: 60 })
  await budget.start()
  expect(limits).toEqual(['0 starting', '6 registry-lost'])
})

test('what the registry knows of the total counts, though it cannot be reached', async () => {
  const clock = fakeClock()
  const told = scripted(new RegistryLostError('a test', undefined, 40))
  const { budget, limits } = fleet(told.registry, clock)
  await budget.start()
  expect(limits).toEqual(['0 starting', '4 registry-lost'])
})

test('events name the server where there is a name', async () => {
  const nodes: unknown[] = []
  const told = scripted(LEASE)
  const observe = (event: BudgetEvent) => nodes.push(event.node)
  const { budget } = fleet(told.registry, fakeClock(), { name: 'replica-1', observe })
  await budget.start()
  expect(nodes).toEqual(['replica-1', 'replica-1'])
})

test('the safe capacity is never more than what was granted', async () => {
  const clock = fakeClock()
  const told = scripted({ ...LEASE, granted: 2 })
  const { budget, limits } = fleet(told.registry, clock, { safe: 8 })
  await budget.start()
  expect(limits).toEqual(['0 starting', '2 granted'])
  told.answer = new RegistryLostError('a test')
  await pass(clock, 20_000)
  expect(budget.share()).toMatchObject({ limit: 2, safe: 8, reason: 'registry-lost' })
})

test('a registry that says it is lost voids the share at once, and is asked again at once', async () => {
  const clock = fakeClock()
  const told = scripted({ granted: 30, total: 60, members: 2 })
  const { budget, limits } = fleet(told.registry, clock)
  await budget.start()
  told.lose()
  expect(limits.at(-1)).toBe('6 registry-lost')
  await pass(clock, 50)
  expect(limits.at(-1)).toBe('30 granted')
})

test('an answer that comes when its time is over gives nothing', async () => {
  const clock = fakeClock()
  let answer: (share: BudgetShare) => void = () => undefined
  const slow: BudgetRegistry = {
    renew: () => new Promise(resolve => (answer = resolve)),
    leave: () => Promise.resolve(),
  }
  const { budget } = fleet(slow, clock, { total: 60 })
  const started = budget.start()
  clock.advance(13_000)
  answer(LEASE)
  await started
  expect(budget.share()).toMatchObject({ limit: 6, reason: 'registry-lost' })
})

test('where there can be no registry the safe capacity holds, and that is told once', async () => {
  const clock = fakeClock()
  const told = scripted(new BudgetImpossibleError('a pooler', 80))
  const { budget, limits, events } = fleet(told.registry, clock)
  await budget.start()
  expect(limits).toEqual(['0 starting', '8 impossible'])
  await pass(clock, 150_000)
  expect(told.claims.length).toBe(3)
  expect(events.filter(kind => kind === 'budget.impossible')).toHaveLength(1)
})

test('a wrong option stops the start', () => {
  const told = scripted(LEASE)
  expect(() => fleet(told.registry, fakeClock(), { refreshMs: 1 })).toThrow('budget.refreshMs')
})
