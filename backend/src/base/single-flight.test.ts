import { expect, test } from 'vitest'
import { createSingleFlight } from './single-flight.ts'

test('callers during a run share the one that follows it', async () => {
  const ends: ((value: number) => void)[] = []
  const flight = createSingleFlight(() => new Promise<number>(resolve => ends.push(resolve)))
  const first = flight.run()
  const second = flight.run()
  const third = flight.run()
  expect(ends).toHaveLength(1)
  ends[0]?.(1)
  expect(await first).toBe(1)
  await Promise.resolve()
  expect(ends).toHaveLength(2)
  ends[1]?.(2)
  expect(await Promise.all([second, third])).toEqual([2, 2])
  await flight.settled()
})

test('it is settled when what follows has ended too', async () => {
  let runs = 0
  const flight = createSingleFlight(async () => {
    runs += 1
    await Promise.resolve()
  })
  void flight.run()
  void flight.run()
  await flight.settled()
  expect(runs).toBe(2)
})
