import { expect, test } from 'vitest'
import { PoolTimeoutError } from '../../capabilities/pool/index.ts'
import type { Answer, CacheMark, Execution } from '../../query/executor/index.ts'
import type { Visit } from '../http/index.ts'
import { RequestCosts } from './request-costs.ts'

const EXECUTION = { statement: { name: 's1' }, context: { role: 'web' } } as Execution
const COST = 40

type Costing = Pick<Visit, 'identity' | 'method' | 'url' | 'planCost'>

function visiting(url: string, method = 'GET'): Costing {
  return { identity: undefined, method, url, planCost: undefined }
}

function costing() {
  const asked: string[] = []
  const known = new Map<string, number>()
  const costs = new RequestCosts(
    {
      known: key => known.get(key),
      keyOf: ({ statement, context }, variant) => `${statement.name} ${context.role}${variant}`,
      of(_, key) {
        asked.push(key)
        known.set(key, COST)
        return Promise.resolve(COST)
      },
    },
    () => true,
  )
  async function run(visit: Costing, answering: () => Promise<Partial<Answer>>) {
    const hedges = () => ({ asked: 0, won: 0 })
    const inner = { run: () => answering() as Promise<Answer>, hedges }
    await costs
      .counted(inner, visit)
      .run(EXECUTION)
      .catch(() => undefined)
    return visit.planCost
  }
  return { costs, run, asked }
}

const answered = () => Promise.resolve({})
const keptIn = (mark: Partial<CacheMark>) => () => Promise.resolve({ cached: mark as CacheMark })

test('nothing is known of the first of a kind, and of the next what that has cost', async () => {
  const { costs, run, asked } = costing()
  const first = visiting('/books?select=id&id=eq.1&title=not.like.a&limit=20&offset=3')
  expect(costs.expected(first)).toBe(1)
  expect(await run(first, answered)).toBe(COST)
  const others = [
    '/books?select=id&id=eq.77&title=not.like.b&limit=99&offset=50',
    '/books?select=id&id=eq.1&title=not.like.a&limit=200&offset=3',
    '/books?select=*&id=eq.1&title=not.like.a&limit=20&offset=3',
    '/books?select=id&id=gt.1&title=not.like.a&limit=20&offset=3',
  ]
  expect(others.map(url => costs.expected(visiting(url)))).toEqual([COST, 1, 1, 1])
  expect(costs.expected(visiting(first.url, 'DELETE'))).toBe(1)
  expect(asked).toEqual(['s1 web limit 2'])
})

test.each([
  ['kept', { from: 'l1' }, 0],
  ['kept in Redis', { from: 'l2' }, 0],
  ['stale', { from: 'stale' }, 0],
  ['read by another request', { from: 'loaded', isJoined: true }, 0],
  ['read', { from: 'loaded', isJoined: false }, COST],
  ['read past the cache', { from: 'bypass' }, COST],
] as const)('an answer that was %s costs what the database had to do', async (_, mark, cost) => {
  const { run } = costing()
  expect(await run(visiting('/books'), keptIn(mark))).toBe(cost)
})

test('what fails, or is given up, costs as much as if it had not; what never ran costs nothing', async () => {
  const { run } = costing()
  const failing = (error: Error) => () => Promise.reject(error)
  expect(await run(visiting('/books'), failing(new Error('cancelled')))).toBe(COST)
  expect(await run(visiting('/books'), failing(new PoolTimeoutError(1)))).toBeUndefined()
})
