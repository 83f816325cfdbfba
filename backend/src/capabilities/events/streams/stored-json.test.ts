import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../../tests/support/database.ts'
import { seed } from '../../../../tests/support/seed.ts'
import { createEventIds } from './event-id.ts'
import { checkedJson } from './stored-json.ts'

let database: TestDatabase
let client: pg.Client
beforeAll(async () => {
  database = await createDatabase()
  client = new pg.Client(database.url)
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await database.drop()
})

async function isTaken(json: string): Promise<boolean> {
  return client.query('select $1::jsonb', [json]).then(
    () => true,
    () => false,
  )
}

test('what is refused is what PostgreSQL refuses', async () => {
  console.log(`seed ${seed}`)
  const piece = fc.constantFrom(
    ...[
      '\\\\',
      '\\"',
      'u',
      '0000',
      'd83d',
      '\\u0000',
      '\\ud83d',
      '\\uDE00',
      '\\u0041',
      'x',
      '\\u00e9',
    ],
  )
  const text = fc.array(piece, { maxLength: 6 }).map(pieces => `"${pieces.join('')}"`)
  const property = fc.asyncProperty(text, async json => {
    let isAccepted = true
    try {
      checkedJson(json, 'It')
    } catch {
      isAccepted = false
    }
    expect(isAccepted).toBe(await isTaken(json))
  })
  await fc.assert(property, { seed, numRuns: 300 })
})

test('ids are UUIDs of version 7 that sort by their time', () => {
  let time = 1_700_000_000_000
  let byte = 0
  const newId = createEventIds(
    () => time++,
    bytes => bytes.fill(byte++ % 256),
  )
  const ids = Array.from({ length: 300 }, newId)
  const form = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/
  for (const id of ids) expect(id).toMatch(form)
  expect(ids.toSorted()).toEqual(ids)
  expect(Number.parseInt(String(ids[0]).replaceAll('-', '').slice(0, 12), 16)).toBe(time - 300)
})
