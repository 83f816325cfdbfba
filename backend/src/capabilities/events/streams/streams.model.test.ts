import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestDatabase } from '../../../../tests/support/database.ts'
import { seed } from '../../../../tests/support/seed.ts'
import { createStreamsDatabase } from '../../../../tests/support/streams.ts'
import type { Queryable } from '../types.ts'
import { EventIdUsedError, type ExpectedVersion, StreamVersionError } from './errors.ts'
import { createStreams, type Streams } from './streams.ts'

let database: TestDatabase
let client: pg.Client
beforeAll(async () => {
  database = await createStreamsDatabase()
  client = new pg.Client(database.authenticatorUrl)
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await database.drop()
})

interface Kept {
  readonly id: string
  readonly data: number
}

/** One append: to the stream of this number, of events of these numbers; a number used before is a repeat. */
interface Step {
  readonly stream: number
  readonly events: readonly number[]
  readonly expected: ExpectedVersion
}

const stepOn = (streams: number): fc.Arbitrary<Step> =>
  fc.record({
    stream: fc.integer({ min: 1, max: streams }),
    events: fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 3 }),
    expected: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom('none', 'any', 'exists')),
  })

/** What an append must answer, by a plain map of arrays; and what it then holds. */
function expectedOf(
  model: Map<string, Kept[]>,
  stream: string,
  { expected }: Step,
  events: readonly Kept[],
): string {
  const all = [...model].flatMap(([name, list]) => list.map(({ id }, at) => ({ name, id, at })))
  const known = events.map(({ id }) => all.find(each => each.id === id))
  const list = model.get(stream) ?? []
  if (known.some(each => each !== undefined)) {
    const first = known[0]?.at ?? -1
    const isSame = known.every((each, at) => each?.name === stream && each.at === first + at)
    return isSame ? `repeated ${first + events.length}` : 'ST631'
  }
  const isRight =
    expected === 'any' ||
    (expected === 'exists' ? list.length > 0 : list.length === (expected === 'none' ? 0 : expected))
  if (!isRight) return `ST630 ${list.length}`
  model.set(stream, [...list, ...events])
  return `appended ${list.length + events.length}`
}

/** One after the other on several streams; or all at once on one, where they are sent together in one transaction. */
test.each([
  ['one by one', 3],
  ['together', 1],
])('appends answer and keep what a plain map would (%s)', async (name, streamsMax) => {
  console.log(`seed ${seed}`)
  let runs = 0
  const steps = fc.array(stepOn(streamsMax), { maxLength: 30 })
  const property = fc.asyncProperty(steps, async all => {
    const run = ++runs
    const streams = createStreams({ database: over(client) })
    const model = new Map<string, Kept[]>()
    const expected: string[] = []
    const outcomes: Promise<string>[] = []
    for (const step of all) {
      const stream = `${name} ${run}/${step.stream}`
      const events = step.events.map(data => ({ id: idOf(run, streamsMax, data), data }))
      expected.push(expectedOf(model, stream, step, events))
      const outcome = outcomeOf(streams, stream, events, step.expected)
      outcomes.push(outcome)
      if (streamsMax > 1) await outcome
    }
    expect(await Promise.all(outcomes)).toEqual(expected)
    for (const [stream, list] of model) {
      const { events, version } = await streams.read(stream)
      expect(version).toBe(list.length)
      expect(events.map(({ id, data }) => ({ id, data }))).toEqual(list)
      expect(events.map(each => each.version)).toEqual(list.map((_, at) => at + 1))
    }
  })
  await fc.assert(property, { seed, numRuns: 40 })
})

async function outcomeOf(
  streams: Streams,
  stream: string,
  events: readonly Kept[],
  expectedVersion: ExpectedVersion,
): Promise<string> {
  try {
    const given = events.map(each => ({ type: 'n', ...each }))
    const { isRepeated, version } = await streams.append(stream, given, { expectedVersion })
    return `${isRepeated ? 'repeated' : 'appended'} ${version}`
  } catch (error) {
    if (error instanceof StreamVersionError) return `ST630 ${error.version}`
    if (error instanceof EventIdUsedError) return error.code
    throw error
  }
}

function over(connection: pg.Client): Queryable {
  return {
    query: async (text, values) =>
      (await connection.query<Record<string, unknown>>(text, values && [...values])).rows,
  }
}

function idOf(run: number, kind: number, data: number): string {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0')
  return `${hex(run, 8)}-${hex(kind, 4)}-7000-8000-${hex(data, 12)}`
}
