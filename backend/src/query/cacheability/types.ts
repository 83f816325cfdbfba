import type { Dependency } from '../../capabilities/cache/index.ts'
import type { Row } from '../../capabilities/events/index.ts'
import type { MediaHandler } from '../catalog/index.ts'
import type { ClaimsRead } from './claims.ts'
import type { KeyContext } from './key.ts'

/** Whether the answers of a plan may be kept. One for all requests of the plan: it is free of values. */
export type Cacheability = NotCacheable | Cacheable

export interface NotCacheable {
  readonly cacheable: false
  /** All of them, each once. */
  readonly reasons: readonly Reason[]
}

export interface Cacheable {
  readonly cacheable: true
  readonly claims: ClaimsRead
  /**
   * Tables and materialized views by oid, all whose rows the answer depends on. Those that are not journaled change
   * without anybody being told: then an answer is good for a time at most, or not to be kept. Partitions are not among
   * them, for they are journaled with the table that they are parts of.
   */
  readonly relations: readonly number[]
  /** What changes concern the answer to these values. */
  dependencies(parameters: readonly (string | null)[]): readonly Dependency<RowChange>[]
  /**
   * The key of the answer to these values; undefined where they tell the time of asking, as `lt.now` does, so that the
   * answer is not to be kept. `statement`: the name of the compiled statement, which stands for all of its text.
   */
  keyOf(
    statement: string,
    context: KeyContext,
    parameters: readonly (string | null)[],
  ): string | undefined
}

/** Why answers may not be kept, for a person to act on. */
export interface Reason {
  readonly code: ReasonCode
  /** What it is about: the name of a function, a table, a setting. */
  readonly subject: string
  readonly message: string
}

export type ReasonCode =
  | 'clock'
  | 'count'
  | 'explain'
  | 'foreign-table'
  | 'pre-request'
  | 'server-function'
  | 'setting'
  | 'system-catalog'
  | 'temporary-table'
  | 'type'
  | 'unanalysable-expression'
  | 'unanalysable-function'
  | 'unknown-relation'
  | 'volatile-function'
  | 'written'

/** What a change did to a row: without `old` it is new, without `new` it is gone, without both nobody knows. */
export interface RowChange {
  readonly old: Row | undefined
  readonly new: Row | undefined
}

/** What is asked beside the plan. */
export interface Asked {
  readonly count?: 'exact' | 'planned' | 'estimated' | undefined
  readonly handler?: MediaHandler | undefined
  /** The execution plan is asked for. */
  readonly explain?: boolean | undefined
  /** A function runs before each statement. */
  readonly preRequest?: string | undefined
}
