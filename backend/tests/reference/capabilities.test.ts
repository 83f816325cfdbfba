import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { BREAKER_DEFAULTS } from '../../src/capabilities/breaker/index.ts'
import { LIMITS_DEFAULTS } from '../../src/capabilities/limiter/index.ts'
import { BUDGET_DEFAULTS, POOL_DEFAULTS } from '../../src/capabilities/pool/index.ts'
import { REDIS_DEFAULTS } from '../../src/capabilities/redis/index.ts'
import { REPLICAS_DEFAULTS } from '../../src/capabilities/replicas/index.ts'

// The pages of the capabilities say what the code says: every option with its default, every event.

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
const page = (name: string) => read(`docs/reference/${name}.md`)
const events = (room: string) => read(`backend/src/capabilities/${room}/events.ts`)

/** `| option | default |` of the tables that begin so, over all of a page. */
function documentedOptions(text: string): Readonly<Record<string, string>> {
  const tables = text
    .split('\n\n')
    .filter(part => part.startsWith('| option | default | meaning |'))
  const rows = tables.flatMap(table => [...table.matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm)])
  return Object.fromEntries(rows.map(([, name = '', value = '']) => [name, value]))
}

function shown(value: string | number | boolean | object | undefined): string {
  if (typeof value === 'object') return JSON.stringify(value)
  if (typeof value !== 'number') return String(value ?? 'none')
  return value >= 1_000 ? value.toLocaleString('en').replaceAll(',', '_') : String(value)
}

/** What `use` of the pool takes stands in a table of the same form. */
const OF_USE = ['class', 'tenant', 'deadline', 'signal', 'leavesNoTrace']

test.each([
  ['pool', { ...POOL_DEFAULTS, ...BUDGET_DEFAULTS }],
  ['circuit-breaker', BREAKER_DEFAULTS],
  ['limiter', LIMITS_DEFAULTS],
  ['replicas', REPLICAS_DEFAULTS],
  ['redis', REDIS_DEFAULTS],
])('the page of %s has every option with its default', (name, defaults) => {
  const { ...documented } = documentedOptions(page(name))
  for (const option of OF_USE) Reflect.deleteProperty(documented, option)
  const inCode = Object.entries(defaults).map(([option, value]) => [option, shown(value)])
  expect(documented).toEqual(Object.fromEntries(inCode))
})

test.each([
  ['pool', ['pool', 'pool/budget']],
  ['circuit-breaker', ['breaker']],
  ['limiter', ['limiter']],
  ['replicas', ['replicas']],
  ['redis', ['redis']],
])('the page of %s has every event', (name, rooms) => {
  const kinds = rooms.flatMap(room =>
    [...events(room).matchAll(/kind: '([a-z]+\.[a-z-]+)'/g)].map(([, kind]) => kind),
  )
  const documented = [...page(name).matchAll(/^\| `([a-z]+\.[a-z-]+)` \|/gm)].map(
    ([, kind]) => kind,
  )
  expect([...documented].sort()).toEqual([...new Set(kinds)].sort())
})
