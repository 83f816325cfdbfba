import type { JournalAccess } from '../../../capabilities/events/index.ts'
import type { BypassReason } from '../../../query/executor/index.ts'

/** Why a request is not answered from the cache. `disabled` and `absent`: nothing is; `root`: it reads no table. */
export type HindranceCode = BypassReason | 'absent' | 'disabled' | 'root'

/** Why an answer is not kept, and what can be done about it. */
export interface Hindrance {
  readonly code: HindranceCode
  readonly message: string
  /** Undefined: nothing. */
  readonly remedy: string | undefined
}

/** What is said of those that are not about a part of the plan. */
const MESSAGES: Readonly<Partial<Record<HindranceCode, string>>> = Object.freeze({
  absent: 'There is no journal in this database, so nobody would hear of changes.',
  'asking-time': 'A value of the request tells the time of asking, such as now or today.',
  consistency: 'It asks for newer rows than what is kept is known to have.',
  disabled: 'The cache is switched off: cache.enabled is false.',
  'not-following': 'The journal is not followed, so changes are not heard of.',
  'not-journaled': 'A table that it reads is not journaled, so nobody would hear of changes.',
  off: 'The configuration says that answers with one of its tables are not kept.',
  'pre-request': 'A function runs before each statement and may decide about its answer.',
  root: 'It reads no table: the description of the API is made from the catalog.',
  transaction: 'It runs in a transaction of another isolation, or one that is rolled back.',
  'volatile-function': 'It calls a function that is VOLATILE.',
  written: 'It is a write: it changes the database, and is sent there each time.',
})

const REMEDIES: Readonly<Partial<Record<HindranceCode, string>>> = Object.freeze({
  absent: 'Make one: s-tier journal enable postgres://owner@… --all --for the role of the server.',
  'asking-time': 'Send a date or time instead, rounded to minutes or days.',
  clock: 'Compare with a value of the request instead, or compute the time in the client.',
  count: 'Ask for Prefer: count=exact, or for no count.',
  disabled: 'Set cache.enabled to true.',
  explain: 'Ask for an ordinary media type.',
  'foreign-table': 'Copy it into a table of this database.',
  'not-following':
    'Let the login read the journal: s-tier journal enable postgres://owner@… --for its role.',
  off: 'Take enabled: false out of cache.tables.',
  'pre-request': 'Put what database.preRequest checks into policies.',
  'server-function': 'Leave it out of the views, policies and functions that are read.',
  setting: "Read only claims and the role: auth.jwt(), current_setting('request.jwt.claims').",
  'temporary-table': 'Use an ordinary table.',
  transaction: 'Leave out Prefer: tx=rollback, and isolation levels of the role or function.',
  type: 'Leave the column out, or turn it into a text in a view.',
  'unanalysable-expression':
    'Write it otherwise, or read it from a materialized view with a ttlMs in cache.tables.',
  'unknown-relation': 'Add its schema to database.extraSearchPath.',
})

/** Of a journal that is there, and of no use to this login. */
const UNREAD: Readonly<Partial<Record<JournalAccess, string>>> = Object.freeze({
  forbidden: 'This login may not read the journal, so it does not hear of changes.',
  outdated: 'The journal is of an older version, which tells too little.',
})

/** Nothing is heard of changes, and why that is so. */
export function unheard(access: JournalAccess): Hindrance {
  const message = UNREAD[access]
  if (message === undefined) return hindrance('absent')
  const remedy = 's-tier journal enable postgres://owner@… --for the role of the server.'
  return Object.freeze({ code: 'absent', message, remedy })
}

export function hindrance(code: HindranceCode, message = MESSAGES[code] ?? `${code}.`): Hindrance {
  return Object.freeze({ code, message, remedy: REMEDIES[code] })
}
