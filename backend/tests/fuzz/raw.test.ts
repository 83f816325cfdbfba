import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ServerEvent } from '../../src/observations.ts'
import { send } from '../support/http-client.ts'
import { seed } from '../support/seed.ts'
import { as } from '../support/server.ts'
import { type Arena, startArena } from './arena.ts'
import { exchange } from './exchange.ts'
import { rawRequests } from './raw-requests.ts'
import { likely, unlikely } from './requests.ts'
import { calls, tableWrites } from './writes.ts'

// Bytes on a socket, by a grammar of what stands around a request. `STIER_TEST_FUZZ_MINUTES=30` goes on for so long, with the
// grammars of the other tests as well, and says how many requests that were.

const MINUTES = Number(process.env['STIER_TEST_FUZZ_MINUTES'] ?? 0)
const SLICE = 1_000
const AT_A_TIME = 400
const AT_ONCE = 4

let arena: Arena
beforeAll(async () => {
  arena = await startArena(AT_ONCE)
})
afterAll(() => arena.stop())

/** What was no answer that a server without faults gives. */
const failures: string[] = []
let count = 0

function judge(status: number | undefined, request: string, answer: string): void {
  count += 1
  // 501 is Node.js' own word for a transfer coding that it does not know; 505 for a version of HTTP.
  if (status === undefined || status < 500 || status === 503 || status === 504) return
  failures.push(`${status} ${answer.slice(-400)}\n${request.slice(0, 2_000)}`)
}

async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values()
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

function fuzzRaw(numRuns: number, from: number): Promise<void> {
  return each(fc.sample(rawRequests, { numRuns, seed: from }), async bytes => {
    const { status, text } = await exchange(arena.server.address, bytes)
    judge(status, bytes.toString('latin1'), text)
  })
}

async function fuzzGrammars(numRuns: number, from: number): Promise<void> {
  const token = as('authenticated').authorization
  for (const grammar of [likely(token), unlikely, tableWrites(token), calls(token)]) {
    await each(fc.sample(grammar, { numRuns, seed: from }), async request => {
      const { status, body } = await send(arena.server.address, request, arena.agent)
      const written = 'body' in request ? String(request.body) : ''
      judge(
        status,
        `${request.method} ${request.target} ${JSON.stringify(request.headers)} ${written}`,
        body,
      )
    })
  }
}

async function expectWell(): Promise<void> {
  expect(failures).toEqual([])
  expect(arena.server.events.filter(isFailure)).toEqual([])
  expect(await arena.server.get('/live')).toMatchObject({ status: 200 })
}

/** By load, the server may refuse. */
function isFailure(event: ServerEvent): boolean {
  return event.kind === 'http.failed' && event.status !== 503 && event.status !== 504
}

test('no bytes make the server fail, and it lives on', async () => {
  await fuzzRaw(SLICE, seed)
  await expectWell()
}, 60_000)

test.skipIf(MINUTES === 0)(
  'nor do they for a long time, in all grammars',
  async () => {
    const end = Date.now() + MINUTES * 60_000
    for (let from = seed + 1; Date.now() < end; from++) {
      await fuzzRaw(AT_A_TIME, from)
      await fuzzGrammars(AT_A_TIME, from)
      await arena.database.query('truncate arena.items, arena.bare, arena.pairs, hidden.written')
      if (failures.length > 50) break
    }
    console.log(`${count} requests in ${MINUTES} minutes`)
    await expectWell()
  },
  (MINUTES + 5) * 60_000,
)
