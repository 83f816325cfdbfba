import { createHash } from 'node:crypto'
import type { TablePolicies } from './table-policies.ts'

/** What keys begin with. */
export interface KeyPrefixes {
  readonly history: string | undefined
  /** Of answers that changes make old. */
  readonly journaled: string
  /** Of those that only time does. */
  readonly timed: string
}

/**
 * Other ones with other rules, and for each history of the database. What a process reads from an old primary, and shares after
 * others have noticed that there is a new one, is found by nobody who knows of that.
 */
export function keyPrefixes(tables: TablePolicies, history: string | undefined): KeyPrefixes {
  const text = JSON.stringify([tables, history ?? ''])
  const digest = createHash('sha256').update(text).digest('base64url').slice(0, 10)
  return { history, journaled: `j${digest}:`, timed: `t${digest}:` }
}
