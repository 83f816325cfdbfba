import { expect, test } from 'vitest'
import { type Waiter, WaitingList } from './waiting-list.ts'

function waiter(deadline: number): Waiter<string> {
  return { deadline, signal: undefined, resolve: () => undefined, reject: () => undefined }
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
