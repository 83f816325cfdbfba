import type { Ask, StaleReason } from '../../capabilities/cache/index.ts'
import type { CancelSignal } from '../../capabilities/pool/index.ts'
import type { Cacheability, Claims, ReasonCode, Snapshot } from '../cacheability/index.ts'
import type { Isolation } from '../catalog/index.ts'
import type { Statement } from '../sql/index.ts'
import type { OwnChanges } from './caching/types.ts'
import type { Idempotency } from './idempotency/types.ts'

/** In whose name and under which settings one transaction runs. All of it is local to that transaction. */
export interface TransactionContext {
  readonly role: string
  /** `search_path`, already quoted and joined: the request's schema, then the extra ones. */
  readonly searchPath: string
  /** The JSON text of the claims: `request.jwt.claims`. */
  readonly claims: string
  readonly method: string
  readonly path: string
  /** JSON objects of lower-case names: `request.headers`, `request.cookies`. */
  readonly headers: string
  readonly cookies: string
  /** Further settings: hoisted role settings and the time zone. Their number is part of the text's shape. */
  readonly settings: readonly (readonly [name: string, value: string])[]
  readonly readOnly: boolean
  /** Undefined: the server's default. */
  readonly isolation: Isolation | undefined
  /** End with ROLLBACK: nothing stays. */
  readonly rollback: boolean
  /** Called after the settings, before the statement. */
  readonly preRequest: { readonly schema: string | undefined; readonly name: string } | undefined
  /** `statement_timeout` in milliseconds; 0 or undefined: as the server has it. */
  readonly statementTimeoutMs: number | undefined
}

export interface Execution {
  readonly statement: Statement
  /** One for each `$n` of the statement, in order; null is SQL NULL. */
  readonly parameters: readonly (string | null)[]
  readonly context: TransactionContext
  /** Aborted when the client has gone: the query is cancelled in PostgreSQL too. Any object with `aborted` will do. */
  readonly signal: CancelSignal | undefined
  /** How new the rows have to be. Undefined: as new as the node has them that answers. */
  readonly consistency?: Consistency | undefined
  /** On the executor's clock, in milliseconds: by then it has answered or failed. Undefined: whenever. */
  readonly deadline?: number | undefined
  /** It calls a volatile function, so it runs on the primary though it may not write. */
  readonly isVolatile?: boolean | undefined
  /** Nothing that it runs leaves anything in its session: no volatile function is called. Undefined: who knows. */
  readonly leavesNoTrace?: boolean | undefined
  /** Of a write or call that is to be done once however often it is sent. Ignored in a read-only transaction. */
  readonly idempotency?: Idempotency | undefined
  /** How its answer may be kept. Undefined: it is not, and nothing that is kept is answered. */
  readonly caching?: Caching | undefined
  /** Its answer is to say what it was read from (`Answer.snapshot`), and that of a write what it changed (`Answer.own`). */
  readonly tellsSnapshot?: boolean | undefined
  /** Of a write: the read that its answer may be kept for. Undefined: there is none. */
  readonly keeping?: RowKeeping | undefined
}

/** What a client says about how new the rows of an answer have to be. */
export interface Consistency {
  /** As an earlier answer gave it: nothing older than that write. What is none means: ask the primary. */
  readonly token: string | undefined
  /** How far behind the primary the node may be that answers, in milliseconds. */
  readonly maxStalenessMs: number | undefined
}

/** What a statement answered: the columns of `Statement`, as PostgreSQL sent them. */
export interface Answer {
  /** Null when there is none (`none`, and aggregates over nothing). */
  readonly body: string | null
  readonly rows: number
  readonly total: number | null
  /** The planner's estimate, where the statement had an `estimate`. */
  readonly estimated: number | null
  readonly status: string | null
  readonly headers: string | null
  /** Of a write: the key of the one inserted row as a JSON object, and how many rows were not there before. */
  readonly location: string | null
  readonly inserted: number | null
  /** It is the answer of an earlier request with the same idempotency key: nothing was done this time. */
  readonly isReplay?: true | undefined
  /** Of a write or call, where there is more than one node: sent with a later request, that one sees what this wrote. */
  readonly token?: string | undefined
  /** Which node answered. */
  readonly node?: string | undefined
  /** `pg_current_snapshot()` of just before the statement, where that was to be told: everything in it is in the answer. */
  readonly snapshot?: string | undefined
  /** What its transaction changed in journaled tables, where both are told. */
  readonly own?: OwnChanges | undefined
  /** What the cache had to do with it. Undefined: there is none, or it is no read. */
  readonly cached?: CacheMark | undefined
  /** Time of the round trip and of waiting for a connection, in milliseconds: for Server-Timing. */
  readonly databaseMs: number
  readonly waitMs: number
}

/** What a read says about being kept. */
export interface Caching {
  /** Of its plan. */
  readonly cacheability: Cacheability
  /** Of the caller; the same object for all requests of one identity, since parts of keys are remembered in it. */
  readonly claims: Claims
  /** What the caller takes of what is kept: `Cache-Control` of the request. */
  readonly ask?: Ask | undefined
}

/** The read of one row by its key, which a write that answers just that row has the answer of. */
export interface RowRead {
  /** It takes the values of the key, in their order. */
  readonly statement: Statement
  readonly cacheability: Cacheability
  /** The table, by object id, and its key. */
  readonly relation: number
  readonly primaryKey: readonly string[]
  /** What the write does to the row. */
  readonly change: 'insert' | 'update' | 'either'
}

/** What a write says about its answer being kept. */
export interface RowKeeping {
  readonly row: RowRead
  /** Of the caller, as in `Caching`. */
  readonly claims: Claims
}

/** Why a read went past the cache. */
export type BypassReason =
  /** Of the plan, for a cause of its own. */
  | ReasonCode
  /** A table is not journaled, and has no time of its own in the configuration. */
  | 'not-journaled'
  /** The journal is not followed at this moment. */
  | 'not-following'
  /** The configuration says so, for a table of the plan. */
  | 'off'
  /** The values tell the time of asking. */
  | 'asking-time'
  /** It runs under an isolation level or an end of transaction of its own. */
  | 'transaction'
  /** The caller wants newer rows than what is kept is known to have. */
  | 'consistency'

/** What the cache had to do with an answer. */
export interface CacheMark {
  readonly from: 'l1' | 'l2' | 'loaded' | 'stale' | 'bypass'
  /** Of a stale or a bypassed answer. */
  readonly why: StaleReason | BypassReason | undefined
  /** What is kept of it, and under which key it is found with `peek`; undefined: it is not kept. */
  readonly key: string | undefined
  readonly kept: KeptAnswer | undefined
  /** Since it was read, and how long it is still fresh; below 0: since when it is not. In milliseconds. */
  readonly ageMs: number
  readonly ttlMs: number
  /** It waited for a read that another request had begun. */
  readonly isJoined: boolean
  /** It is kept for the next. */
  readonly isStored: boolean
  /** Of a loaded answer: an older one was kept under its key, and was not good enough. */
  readonly replaces?: boolean | undefined
}

/** An answer as it is kept: the same object for all who get it. */
export interface KeptAnswer {
  readonly answer: Answer
  /** What it was read from. */
  readonly snapshot: Snapshot
}

/** Runs executions: router → breaker of the node → its pool → PostgreSQL, and back. */
export interface Executor {
  run(execution: Execution): Promise<Answer>
  /** Reads that were asked of a second node since the start, as they were late on the first, and those that it answered first. */
  hedges(): Hedges
}

export interface Hedges {
  readonly asked: number
  readonly won: number
}
