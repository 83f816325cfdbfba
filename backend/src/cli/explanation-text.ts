import type { CacheExplanation } from '../api/rest/index.ts'

/** What a person at a terminal is told of an explanation. */
export function explanationText(explanation: CacheExplanation): string {
  const { method, url, role, tables } = explanation
  return [
    `${method} ${url} as ${role}`,
    '',
    ...verdictLines(explanation),
    ...(tables.length === 0 ? [] : ['', 'It is read from:', ...tables.flatMap(tableLines)]),
    ...keyLines(explanation),
    '',
  ].join('\n')
}

function verdictLines({ isKept, times, hindrances, tables }: CacheExplanation): readonly string[] {
  if (!isKept || times === undefined) {
    return [
      'Its answer is not kept:',
      ...hindrances.flatMap(({ message, remedy }) => [
        `  ${message}`,
        ...(remedy === undefined ? [] : [`    ${remedy}`]),
      ]),
      ...enableLines(hindrances, tables),
    ]
  }
  const isTimed = tables.some(({ isJournaled }) => !isJournaled)
  const until = isTimed || tables.length === 0 ? '' : ', or until one of its rows changes'
  return [
    `Its answer is kept for ${lasting(times.ttlMs)}${until}.`,
    ...staleLines('while it is read anew', times.staleWhileRevalidateMs),
    ...staleLines('when the database cannot be asked, marked as stale', times.staleIfErrorMs),
  ]
}

function staleLines(when: string, ms: number): readonly string[] {
  return ms === 0 ? [] : [`For ${lasting(ms)} more it is answered ${when}.`]
}

/** The command that mends it, with the very names. */
function enableLines(
  hindrances: CacheExplanation['hindrances'],
  tables: CacheExplanation['tables'],
): readonly string[] {
  if (!hindrances.some(({ code }) => code === 'not-journaled')) return []
  const unheard = tables.filter(({ isJournaled }) => !isJournaled)
  const missing = unheard.filter(({ kind }) => kind.endsWith('table'))
  const others = unheard.filter(({ kind }) => !kind.endsWith('table'))
  const names = missing.map(({ name }) => name).join(' ')
  return [
    ...(names === '' ? [] : [`    s-tier journal enable postgres://owner@… ${names}`]),
    ...others.map(
      ({ name }) => `    ${name} cannot be journaled: give it a ttlMs in cache.tables.`,
    ),
  ]
}

const CHANGES: Readonly<Record<CacheExplanation['tables'][number]['changes'], string>> = {
  row: 'a change of these rows makes it old',
  predicate: 'a change of a row that passes the filters, before or after it, makes it old',
  table: 'any change makes it old',
}

function tableLines({
  name,
  kind,
  isJournaled,
  changes,
  rows,
  policy,
}: CacheExplanation['tables'][number]): readonly string[] {
  const what = kind === 'table' ? name : `${name} (${kind.replace('-', ' ')})`
  const keys = rows === undefined ? '' : `: ${rows.map(row => row.join(', ')).join('; ')}`
  const says = isJournaled ? `${CHANGES[changes]}${keys}` : 'not journaled: nobody hears of changes'
  return [
    `  ${what}: ${says}`,
    ...(policy === undefined ? [] : [`    cache.tables says: ${JSON.stringify(policy)}`]),
  ]
}

function keyLines({ key }: CacheExplanation): readonly string[] {
  if (key === undefined) return []
  const { role, claims, searchPath, settings, parameters } = key
  return [
    '',
    'Two requests of this shape share it when they have the same:',
    `  role: ${role}`,
    `  claims: ${claimsText(claims)}`,
    `  search path: ${searchPath}`,
    ...settings.map(([name, value]) => `  ${name}: ${value}`),
    `  values: ${parameters.length === 0 ? 'there are none' : parameters.map(value => value ?? 'null').join(', ')}`,
  ]
}

function claimsText(claims: 'none' | 'all' | readonly string[]): string {
  if (claims === 'none') return 'none are read'
  return claims === 'all' ? 'all, for they are read as a whole' : claims.join(', ')
}

/** `300000` is `5 min`. */
function lasting(ms: number): string {
  const [unit, of] = UNITS.find(([, size]) => ms >= size && ms % size === 0) ?? ['ms', 1]
  return `${ms / of} ${unit}`
}

const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
]
