import { expect, test } from 'vitest'
import { greatest, interleave, least } from './interleave.ts'

test('every contestant has its turn before the next round begins', async () => {
  const turns: string[] = []
  await interleave(['a', 'b'], 2, async (name, round) => {
    turns.push(`${name}${round}`)
  })
  expect(turns).toEqual(['a0', 'b0', 'a1', 'b1'])
})

test('the least and the greatest of a contestant are those of its own rounds', async () => {
  const rounds = await interleave(['a', 'b'], 3, async (name, round) =>
    name === 'a' ? 5 - round : 100,
  )
  expect(least(rounds, 'a', value => value)).toBe(3)
  expect(greatest(rounds, 'a', value => value)).toBe(5)
  expect(least(rounds, 'c' as 'a', value => value)).toBeNaN()
})
