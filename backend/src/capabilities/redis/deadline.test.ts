import { expect, test } from 'vitest'
import { systemClock } from '../../base/index.ts'
import { within } from './deadline.ts'

const late = () => new Error('late')

test('an answer in time is the answer, a failure is the failure, and no timer stays', async () => {
  let cancelled = 0
  const clock = { ...systemClock, after: () => () => void (cancelled += 1) }
  expect(await within(Promise.resolve(1), 5, clock, late)).toBe(1)
  await expect(within(Promise.reject(new Error('no')), 5, clock, late)).rejects.toThrow('no')
  expect(cancelled).toBe(2)
})

test('an answer that never comes is late, and one that comes afterwards is dropped', async () => {
  let answer = (_value: number): void => undefined
  const coming = new Promise<number>(resolve => (answer = resolve))
  await expect(within(coming, 1, systemClock, late)).rejects.toThrow('late')
  answer(1)
})

test('what is there when the time is over is still read', async () => {
  let ring = (): void => undefined
  const clock = { ...systemClock, after: (_ms: number, call: () => void) => ((ring = call), late) }
  let answer = (_value: number): void => undefined
  const read = within(new Promise<number>(resolve => (answer = resolve)), 5, clock, late)
  ring()
  answer(1)
  expect(await read).toBe(1)
})
