import { loadModule } from 'libpg-query'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RawRequest, RawResponse } from '../support/http-client.ts'
import { createRandom } from '../support/random.ts'
import { seed } from '../support/seed.ts'
import { carelessStatement } from './careless.ts'
import { readPayloads, varied } from './payloads.ts'
import { createShapes, type Shapes } from './shapes.ts'
import { SLOTS } from './slots.ts'
import { startTrial, type Trial } from './trial.ts'

// No text in any place of a request changes a statement: all that PostgreSQL is sent is of a shape that harmless requests have
// too, and it never finds a fault in the syntax. `STIER_TEST_INJECTION=full` sends every payload in every place, and each of
// their variations somewhere: some 190,000 requests.

const IS_FULL = process.env['STIER_TEST_INJECTION'] === 'full'
const PAYLOADS = readPayloads()
const VARIED = varied(PAYLOADS)
const SLICE_PER_SLOT = 12

/** Words that mean nothing, in the forms in which the dialect lets a word mean something. */
const STRANGERS = [
  ...[
    'benign',
    'benign-0123456789abcdef',
    'be nign',
    'be"nign',
    '7',
    '9223372036854775807',
    '{benign}',
  ],
  ...['benign.one', 'benign,two', 'benign->one', 'benign->>one', 'benign->one->>two'],
  ...[
    '1::benign',
    '7::text',
    '7::double precision',
    'benign::text',
    'benign::int',
    '7::int',
    'benign::benign',
    'benign(1)',
    'name::text',
  ],
]
/** What a word of the language itself makes of a request. */
const WORDS = [
  ...[
    '*',
    'name',
    'name,id',
    'a',
    'a,b',
    'id',
    'null',
    'true',
    '1',
    '2',
    '',
    '0-0',
    '5-',
    '5-9',
    '0-9223372036854775807',
  ],
  ...[
    'all',
    'any',
    'none',
    'exact',
    'planned',
    'estimated',
    'authenticated',
    'authenticator',
    'postgres',
  ],
  ...['count=exact', 'count=planned', 'return=representation', 'max-affected=1', 'timezone=UTC'],
  ...['{}', '[]', '{"length":"1 day"}', '{"name":"benign"}', '[{"name":"benign"}]'],
]
/** Only names of types are as free as this: whatever PostgreSQL has. */
const TYPES = [
  'text',
  'double precision',
  'numeric(10,2)',
  'int4[]',
  '"char"',
  'interval',
  'regclass',
]
const HARMLESS = [...STRANGERS, ...WORDS, ...TYPES, 'timestamp with time zone', 'record']
/** What the pool asks of a connection that has rested, whenever that happens to be. */
const PROBES = ['', 'select']

let trial: Trial
beforeAll(async () => {
  console.log(`STIER_TEST_SEED=${seed}`)
  await loadModule()
  trial = await startTrial()
})
afterAll(() => trial.stop())

function* every(texts: (slot: string) => Iterable<string>): Generator<RawRequest> {
  for (const [name, slot] of Object.entries(SLOTS)) for (const text of texts(name)) yield slot(text)
}

function* hostile(): Generator<RawRequest> {
  const random = createRandom(seed)
  if (!IS_FULL) {
    yield* every(() => Array.from({ length: SLICE_PER_SLOT }, () => random.pick(VARIED)))
    return
  }
  yield* every(() => PAYLOADS)
  const slots = Object.values(SLOTS)
  for (const text of VARIED) yield random.pick(slots)(text)
}

function learned(texts: Iterable<string>): Shapes {
  const shapes = createShapes()
  const strangers = new Set(STRANGERS)
  // Twice: what is a word of the server's own is only known after all of them.
  for (let round = 0; round < 2; round++) for (const text of texts) shapes.learn(text, strangers)
  return shapes
}

function expectNoFailure({ target }: RawRequest, { status, body }: RawResponse): void {
  expect(status, `${target}: ${body}`).toBeLessThan(500)
}

test('there are thousands of payloads, and no two are equal', () => {
  expect(PAYLOADS.length).toBeGreaterThan(1_000)
  expect(VARIED.length).toBeGreaterThan(20_000)
  expect(new Set(VARIED).size).toBe(VARIED.length)
})

test(
  'no payload in any place of a request changes the parse tree of what PostgreSQL is sent',
  async () => {
    await trial.run(every(() => HARMLESS))
    const shapes = learned([...trial.tap.texts].filter(text => !PROBES.includes(text)))
    const sent = await trial.run(hostile(), expectNoFailure)
    const asked = [...trial.tap.texts].filter(text => !PROBES.includes(text))
    const faults = asked.flatMap(text => {
      const fault = shapes.judge(text)
      return fault === undefined ? [] : [{ fault, text }]
    })
    console.log(`${sent} requests, ${trial.tap.texts.size} statements, ${shapes.size} shapes`)
    expect(faults).toEqual([])
    expect(trial.tap.errors.filter(isOfSyntax)).toEqual([])
  },
  IS_FULL ? 3_600_000 : 60_000,
)

/** A text for `to_tsquery` that is none has the same code, but no place in the statement. */
function isOfSyntax({ code, position }: { code: string; position: string | undefined }): boolean {
  return code === '42601' && position !== undefined
}

test.each(Object.keys(SLOTS))(
  'the same check finds what pastes texts into statements: %s',
  name => {
    const slot = SLOTS[name] as (typeof SLOTS)[string]
    const shapes = learned(STRANGERS.filter(isPlain).map(text => carelessStatement(slot(text))))
    const found = PAYLOADS.filter((_, at) => at % 10 === 0).filter(
      text => shapes.judge(carelessStatement(slot(text))) !== undefined,
    )
    expect(found.length).toBeGreaterThan(0)
  },
)

function isPlain(text: string): boolean {
  return !text.includes('"')
}
