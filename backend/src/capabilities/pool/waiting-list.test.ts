import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { type Waiter, WaitingList } from './waiting-list.ts'

function waiter(deadline: number): Waiter<string> {
  return {
    kind: 'interactive',
    tenant: '',
    since: 0,
    deadline,
    isOwnDeadline: false,
    signal: undefined,
    resolve: () => undefined,
    reject: () => undefined,
  }
}

test('the first to come is the first to be served', () => {
  const list = new WaitingList<string>()
  for (let number = 0; number < 1_000; number++) list.add(waiter(number))
  for (let number = 0; number < 1_000; number++) expect(list.take()?.deadline).toBe(number)
  expect(list.take()).toBeUndefined()
  expect(list.size).toBe(0)
})

test('whoever leaves is passed over', () => {
  const list = new WaitingList<string>()
  for (const deadline of [1, 2, 3, 4]) list.add(waiter(deadline))
  expect(list.remove(({ deadline }) => deadline % 2 === 1).map(each => each.deadline)).toEqual([
    1, 3,
  ])
  expect(list.size).toBe(2)
  expect(list.take()?.deadline).toBe(2)
  expect(list.remove(() => true).map(each => each.deadline)).toEqual([4])
  expect(list.take()).toBeUndefined()
})

test('whoever leaves makes room, so that a list nobody is served from does not grow', () => {
  setFlagsFromString('--expose-gc')
  const collectGarbage: () => void = runInNewContext('gc')
  const heldBytes = () => {
    collectGarbage()
    return process.memoryUsage().heapUsed
  }
  const list = new WaitingList<string>()
  const same = waiter(1)
  const before = heldBytes()
  for (let number = 0; number < 2_000_000; number++) list.add(same)
  list.remove(() => true)
  expect(heldBytes() - before).toBeLessThan(4_000_000) // Holes of 8 bytes each would be 16_000_000.
  expect(list.size).toBe(0)
})

test('leaving, serving and coming go together', () => {
  const list = new WaitingList<string>()
  for (let number = 0; number < 300; number++) list.add(waiter(number))
  for (let number = 0; number < 100; number++) list.take()
  list.remove(({ deadline }) => deadline % 3 !== 0)
  list.add(waiter(300))
  const served = Array.from({ length: list.size }, () => list.take()?.deadline)
  expect(served).toEqual(Array.from({ length: 67 }, (_, index) => 102 + 3 * index))
})
