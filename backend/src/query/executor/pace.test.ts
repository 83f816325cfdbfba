import { expect, test } from 'vitest'
import { createPaceKeeper } from './pace.ts'

test('a statement that never ran is taken for a fast one', () => {
  expect(createPaceKeeper().paceOf('read_1')).toBe('interactive')
})

test('a statement that takes long is slow from its next run on, others are not', () => {
  const keeper = createPaceKeeper()
  keeper.took('report', 900)
  keeper.took('read', 2)
  expect([keeper.paceOf('report'), keeper.paceOf('read')]).toEqual(['batch', 'interactive'])
})

test('one slow run among fast ones is an accident', () => {
  const keeper = createPaceKeeper()
  for (let run = 0; run < 20; run++) keeper.took('read', 2)
  keeper.took('read', 900)
  expect(keeper.paceOf('read')).toBe('interactive')
})

test('it is fast again when it is clearly faster than what made it slow', () => {
  const keeper = createPaceKeeper()
  keeper.took('report', 400)
  for (let run = 0; run < 50; run++) keeper.took('report', 200)
  expect(keeper.paceOf('report')).toBe('batch')
  for (let run = 0; run < 50; run++) keeper.took('report', 10)
  expect(keeper.paceOf('report')).toBe('interactive')
})

test('a flood of statements is forgotten, not kept', () => {
  const keeper = createPaceKeeper()
  keeper.took('report', 900)
  for (let number = 0; number < 10_000; number++) keeper.took(`read_${number}`, 1)
  expect(keeper.paceOf('report')).toBe('interactive')
})

test('one that is always cancelled is as slow as it was until then', () => {
  const keeper = createPaceKeeper()
  keeper.tookAtLeast('report', 30_000)
  expect(keeper.paceOf('report')).toBe('batch')
})

test('failing fast does not make a slow statement a fast one', () => {
  const keeper = createPaceKeeper()
  keeper.took('report', 900)
  for (let run = 0; run < 50; run++) keeper.tookAtLeast('report', 1)
  expect(keeper.paceOf('report')).toBe('batch')
})
