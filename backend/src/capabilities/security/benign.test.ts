import { expect, test } from 'vitest'
import { createRandom } from '../../../tests/support/random.ts'
import { seed } from '../../../tests/support/seed.ts'
import { simulate } from './test-rule.ts'
import { BenignWeek } from './testing/benign.ts'
import { HONEYPOTS } from './testing/attacks.ts'
import { LEVELS } from './types.ts'

const DAYS = Number(process.env['STIER_TEST_BENIGN_DAYS'] ?? 4)
const DAY_MS = 86_400_000

test(`in ${DAYS} days without attacks nobody is refused, and nobody is woken more than once a day (seed ${seed})`, () => {
  const week = new BenignWeek(chanceOf(seed), DAYS)
  const setup = { mode: 'act', secret: 'a secret for tests', honeypots: HONEYPOTS } as const
  const { events, alerts, measures } = simulate(week.events(), setup)
  expect(events).toBeGreaterThan(30_000 * DAYS)
  expect(measures.filter(({ kind }) => kind !== 'penalty')).toEqual([])
  const pages = alerts.filter(({ level }) => LEVELS.indexOf(level) >= LEVELS.indexOf('high'))
  const days = pages.map(({ atMs }) => Math.floor(atMs / DAY_MS))
  expect(new Set(days).size, pages.map(({ summary }) => summary).join('\n')).toBe(days.length)
})

function chanceOf(start: number): () => number {
  const random = createRandom(start)
  return () => random.below(2 ** 32) / 2 ** 32
}
