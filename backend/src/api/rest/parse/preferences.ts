import { InvalidPreferencesError } from './errors.ts'
import { parseStaleness, parseWait, shownTime } from './preference-times.ts'

/** The Prefer header (RFC 7240) as PostgREST understands it. Undefined: not asked for. */
export interface Preferences {
  readonly resolution: 'merge-duplicates' | 'ignore-duplicates' | undefined
  readonly missing: 'default' | 'null' | undefined
  readonly return: 'representation' | 'minimal' | 'headers-only' | undefined
  readonly count: 'exact' | 'planned' | 'estimated' | undefined
  readonly tx: 'commit' | 'rollback' | undefined
  readonly handling: 'strict' | 'lenient' | undefined
  /** Any text: PostgreSQL decides whether it is a time zone. */
  readonly timezone: string | undefined
  /** Rows that a write or call may touch. It counts with `handling=strict` only. */
  readonly maxAffected: number | undefined
  /** `max-staleness=5` or `=500ms`: how far behind the newest the rows may be, in milliseconds. S-Tier's own. */
  readonly maxStalenessMs: number | undefined
  /** `wait=10`: how long the client waits for the answer, in milliseconds. RFC 7240, section 4.3. */
  readonly waitMs: number | undefined
}

export interface PreferenceOptions {
  /** `tx` is heeded (`db-tx-end` with `-allow-override`); otherwise it is understood and ignored. Default false. */
  readonly allowTransactionEnd?: boolean
}

export const NO_PREFERENCES: Preferences = Object.freeze({
  resolution: undefined,
  missing: undefined,
  return: undefined,
  count: undefined,
  tx: undefined,
  handling: undefined,
  timezone: undefined,
  maxAffected: undefined,
  maxStalenessMs: undefined,
  waitMs: undefined,
})

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type Setter = (preferences: Mutable<Preferences>) => void

/** Every preference of a fixed text. Of two that exclude each other the first one holds. */
const TOKENS: ReadonlyMap<string, Setter> = new Map<string, Setter>([
  ['resolution=merge-duplicates', p => (p.resolution ??= 'merge-duplicates')],
  ['resolution=ignore-duplicates', p => (p.resolution ??= 'ignore-duplicates')],
  ['missing=default', p => (p.missing ??= 'default')],
  ['missing=null', p => (p.missing ??= 'null')],
  ['return=representation', p => (p.return ??= 'representation')],
  ['return=minimal', p => (p.return ??= 'minimal')],
  ['return=headers-only', p => (p.return ??= 'headers-only')],
  ['count=exact', p => (p.count ??= 'exact')],
  ['count=planned', p => (p.count ??= 'planned')],
  ['count=estimated', p => (p.count ??= 'estimated')],
  ['tx=commit', p => (p.tx ??= 'commit')],
  ['tx=rollback', p => (p.tx ??= 'rollback')],
  ['handling=strict', p => (p.handling ??= 'strict')],
  ['handling=lenient', p => (p.handling ??= 'lenient')],
])

/** Reads one Prefer header or several. With `handling=strict` unknown preferences fail with PGRST122. */
export function parsePrefer(
  header: string | readonly string[] | undefined,
  options: PreferenceOptions = {},
): Preferences {
  if (header === undefined) return NO_PREFERENCES
  const text = typeof header === 'string' ? header : header.join(',')
  const preferences: Mutable<Preferences> = { ...NO_PREFERENCES }
  const invalid: string[] = []
  for (const part of text.split(',')) {
    const token = part.trim()
    if (!applyToken(preferences, token)) invalid.push(token)
  }
  if (options.allowTransactionEnd !== true) preferences.tx = undefined
  if (invalid.length > 0 && preferences.handling === 'strict') {
    throw new InvalidPreferencesError(invalid)
  }
  return preferences
}

/** False when nobody here understands it. */
function applyToken(preferences: Mutable<Preferences>, token: string): boolean {
  const setter = TOKENS.get(token)
  if (setter !== undefined) {
    setter(preferences)
    return true
  }
  const equals = token.indexOf('=') + 1
  const reader = VALUES.get(token.slice(0, equals))
  return reader === undefined ? token === '' : reader(preferences, token.slice(equals))
}

/** Takes the value; false when it is none. */
type Reader = (preferences: Mutable<Preferences>, value: string) => boolean

/** Every preference whose value is free. PostgREST takes any value of its own two, so they are never refused. */
const VALUES: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  [
    'timezone=',
    (p, value) => {
      p.timezone ??= value
      return true
    },
  ],
  [
    'max-affected=',
    (p, value) => {
      p.maxAffected ??= parseCount(value)
      return true
    },
  ],
  ['max-staleness=', timeReader('maxStalenessMs', parseStaleness)],
  ['wait=', timeReader('waitMs', parseWait)],
])

function timeReader(
  key: 'maxStalenessMs' | 'waitMs',
  parse: (text: string) => number | undefined,
): Reader {
  return (preferences, value) => {
    const ms = parse(value)
    preferences[key] ??= ms
    return ms !== undefined
  }
}

function parseCount(text: string): number | undefined {
  const count = /^-?[0-9]+$/.test(text) ? Number(text) : undefined
  return Number.isSafeInteger(count) ? count : undefined
}

/**
 * The `Preference-Applied` header in PostgREST's order, our own last, undefined when empty. `preferences` are those that
 * the kind of request at hand heeds: a read leaves out `return`, for instance.
 */
export function preferenceApplied(preferences: Partial<Preferences>): string | undefined {
  let applied = ''
  for (const [name, key, isTime] of IN_ORDER) {
    const value = preferences[key]
    if (value === undefined) continue
    if (key === 'maxAffected' && preferences.handling !== 'strict') continue
    const shown = isTime === true ? shownTime(Number(value)) : value
    applied += applied === '' ? `${name}=${shown}` : `, ${name}=${shown}`
  }
  return applied === '' ? undefined : applied
}

const IN_ORDER: readonly (readonly [name: string, key: keyof Preferences, isTime?: true])[] = [
  ['resolution', 'resolution'],
  ['missing', 'missing'],
  ['return', 'return'],
  ['count', 'count'],
  ['tx', 'tx'],
  ['handling', 'handling'],
  ['timezone', 'timezone'],
  ['max-affected', 'maxAffected'],
  ['max-staleness', 'maxStalenessMs', true],
  ['wait', 'waitMs', true],
]
