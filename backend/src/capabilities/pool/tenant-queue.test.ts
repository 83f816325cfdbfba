import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../../tests/support/seed.ts'
import { TenantQueue } from './tenant-queue.ts'
import type { Waiter } from './waiting-list.ts'

let since = 0

function waiter(tenant: string): Waiter<string> {
  return {
    kind: 'interactive',
    tenant,
    since: since++,
    deadline: 0,
    isOwnDeadline: false,
    signal: undefined,
    resolve: () => undefined,
    reject: () => undefined,
  }
}

function takeAll(queue: TenantQueue<string>): string {
  let order = ''
  for (let next = queue.take(); next !== undefined; next = queue.take()) order += next.tenant
  return order
}

test('tenants take turns', () => {
  const queue = new TenantQueue<string>()
  for (const tenant of 'aaaaabbc') queue.add(waiter(tenant))
  expect(takeAll(queue)).toBe('abcabaaa')
})

test('a tenant pays for the time it held connections by being passed over, but not for ever', () => {
  const queue = new TenantQueue<string>()
  for (const tenant of 'aaaabbbbbbbbbbbb') queue.add(waiter(tenant))
  queue.charge('a', 3)
  expect(takeAll(queue).slice(0, 6)).toBe('bbbaba')
  for (const tenant of `aa${'b'.repeat(20)}`) queue.add(waiter(tenant))
  queue.charge('a', 1_000)
  queue.charge('a', 1_000)
  expect(takeAll(queue).indexOf('a')).toBe(8)
})

test('debts are forgotten when nobody waits, and of no interest where one tenant waits alone', () => {
  const queue = new TenantQueue<string>()
  queue.charge('a', 8)
  queue.add(waiter('a'))
  queue.charge('a', 8)
  expect(queue.take()?.tenant).toBe('a')
  for (const tenant of 'ab') queue.add(waiter(tenant))
  expect(takeAll(queue)).toBe('ab')
})

test('whoever waits longest is known, and whoever leaves is passed over', () => {
  const queue = new TenantQueue<string>()
  expect(queue.oldest()).toBeUndefined()
  const all = [...'abab'].map(waiter)
  for (const each of all) queue.add(each)
  expect(queue.oldest()).toBe(all[0]?.since)
  expect(queue.remove(({ tenant }) => tenant === 'a').map(({ tenant }) => tenant)).toEqual([
    'a',
    'a',
  ])
  expect(queue.oldest()).toBe(all[1]?.since)
  expect(queue.size).toBe(2)
  expect(takeAll(queue)).toBe('bb')
})

test(`each tenant is served in its order, and everybody once (seed ${seed})`, () => {
  const acts = fc.array(
    fc.oneof(
      fc.constantFrom('a', 'b', 'c', 'd').map(tenant => ({ add: tenant })),
      fc.constant({ take: true }),
      fc.nat(20).map(turns => ({ charge: turns })),
      fc.nat(5).map(rest => ({ leave: rest })),
    ),
    { maxLength: 300, size: 'max' },
  )
  const property = fc.property(acts, steps => {
    const queue = new TenantQueue<string>()
    const waiting: Waiter<string>[] = []
    for (const step of steps) {
      if ('add' in step) {
        const added = waiter(step.add)
        waiting.push(added)
        queue.add(added)
      } else if ('take' in step) {
        const taken = queue.take()
        const first = waiting.find(({ tenant }) => tenant === taken?.tenant)
        expect(taken).toBe(first)
        if (first !== undefined) waiting.splice(waiting.indexOf(first), 1)
      } else if ('charge' in step) {
        queue.charge('abcd'[step.charge % 4] ?? '', step.charge)
      } else {
        const leaves = (each: Waiter<string>) => each.since % 5 === step.leave
        const gone = new Set(queue.remove(leaves))
        expect(gone.size).toBe(waiting.filter(leaves).length)
        waiting.splice(0, waiting.length, ...waiting.filter(each => !leaves(each)))
      }
      expect(queue.size).toBe(waiting.length)
    }
  })
  fc.assert(property, { seed, numRuns: 300 })
})
