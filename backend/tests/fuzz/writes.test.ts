import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RawResponse, send } from '../support/http-client.ts'
import { seed } from '../support/seed.ts'
import { as } from '../support/server.ts'
import { type Arena, startArena } from './arena.ts'
import { calls, type FuzzWrite, tableWrites } from './writes.ts'

// Random writes and calls: answered or refused with a code that is documented, never failed; and what was refused has
// written nothing. `STIER_FUZZ_TIMES=50` sends fifty times as many.

const times = Number(process.env['STIER_FUZZ_TIMES'] ?? 1)
const ERRORS_PAGE = readFileSync(
  new URL('../../../docs/reference/errors.md', import.meta.url),
  'utf8',
)
const DOCUMENTED = new Set(Array.from(ERRORS_PAGE.matchAll(/^\| `(\w+)` \|/gm), ([, code]) => code))

let arena: Arena
beforeAll(async () => {
  arena = await startArena(4)
})
afterAll(() => arena.stop())

let sent = 0
const refused: string[] = []

async function check(request: FuzzWrite): Promise<void> {
  const number = String(++sent)
  const headers = { ...request.headers, 'x-request': number }
  const answer = await send(arena.server.address, { ...request, headers }, arena.agent)
  expectAnswer(request.method, answer)
  if (answer.status >= 400) refused.push(number)
}

function expectAnswer(method: string, { status, headers, body }: RawResponse): void {
  expect(status, body).toBeLessThan(500)
  expect(status).toBeGreaterThanOrEqual(200)
  if (method === 'HEAD') expect(body).toBe('')
  else if (status >= 400) expectDocumented(body)
  else if (body !== '' && isJson(headers['content-type'])) JSON.parse(body)
}

function isJson(type = ''): boolean {
  return /^application\/(\S+\+)?json\b/.test(type)
}

function expectDocumented(body: string): void {
  const { code, message, ...others } = JSON.parse(body) as Record<string, unknown>
  expect(['details,hint', 'details,hint,errors']).toContain(Object.keys(others).join())
  expect(message).not.toBe('')
  expect(code).toMatch(/^[0-9A-Z]{5,8}$/)
  const isOurs = /^(PGRST|ST)\d/.test(String(code))
  expect(!isOurs || DOCUMENTED.has(String(code)), `${String(code)} is documented`).toBe(true)
}

const token = as('authenticated').authorization

test(
  'writes to tables and views are done or refused, never failed, and what is refused writes nothing',
  async () => {
    await fc.assert(fc.asyncProperty(tableWrites(token), check), { seed, numRuns: 2_000 * times })
  },
  60_000 * times,
)

test(
  'so are calls',
  async () => {
    await fc.assert(fc.asyncProperty(calls(token), check), { seed, numRuns: 2_000 * times })
  },
  60_000 * times,
)
