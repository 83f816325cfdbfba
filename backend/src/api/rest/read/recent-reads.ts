import { createSecondChanceCache } from '../../../base/index.ts'
import type { Understandable, UnderstoodRead } from '../understood.ts'

/** Requests remembered, about 1 kB each. */
const READS_MAX = 4_000
/** Longer query strings are not remembered. */
const LENGTH_MAX = 1_000

/** Whole requests and what they meant: most of what is read is read again, and need not be parsed again. */
export interface RecentReads {
  /** Undefined: not asked lately, or with other headers, by a role of other rights, or of another catalog. */
  get(input: Understandable, version: string, aggregates: boolean): UnderstoodRead | undefined
  set(input: Understandable, version: string, aggregates: boolean, understood: UnderstoodRead): void
}

/** All that the meaning of a request depends on besides its URL; one meaning is kept for each URL. */
interface Meaning {
  readonly understood: UnderstoodRead
  readonly method: string
  readonly accept: string | undefined
  readonly prefer: string | string[] | undefined
  readonly range: string | undefined
  readonly profile: string | string[] | undefined
  /** Of the catalog. */
  readonly version: string
  /** Whether the role may use aggregates. */
  readonly aggregates: boolean
}

export function createRecentReads(): RecentReads {
  const meanings = createSecondChanceCache<Meaning>(READS_MAX)
  return {
    get(input, version, aggregates) {
      if (input.queryString.length > LENGTH_MAX) return undefined
      const known = meanings.get(keyOf(input))
      if (known?.version !== version || known.aggregates !== aggregates) return undefined
      return isSame(known, input) ? known.understood : undefined
    },
    set(input, version, aggregates, understood) {
      if (input.queryString.length > LENGTH_MAX) return
      const { method, headers } = input
      const { accept, prefer, range } = headers
      const profile = headers['accept-profile']
      const key = keyOf(input)
      meanings.delete(key)
      const meaning = { understood, method, accept, prefer, range, profile, version, aggregates }
      meanings.set(key, meaning)
    },
  }
}

/** An encoded query string has no line break, so what follows the first one is the name, whatever it contains. */
function keyOf({ name, queryString }: Understandable): string {
  return `${queryString}\n${name}`
}

/** A header that came several times is an array, and never the same: it is read anew. */
function isSame(known: Meaning, { method, headers }: Understandable): boolean {
  return (
    known.method === method &&
    known.accept === headers.accept &&
    known.prefer === headers['prefer'] &&
    known.range === headers.range &&
    known.profile === headers['accept-profile']
  )
}
