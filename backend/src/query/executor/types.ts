import type { CancelSignal } from '../../capabilities/pool/index.ts'
import type { Isolation } from '../catalog/index.ts'
import type { Statement } from '../sql/index.ts'
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
  /** Time of the round trip and of waiting for a connection, in milliseconds: for Server-Timing. */
  readonly databaseMs: number
  readonly waitMs: number
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
