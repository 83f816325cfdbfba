import type { Parameter } from '../../base/index.ts'
import type { MediaHandler } from '../catalog/index.ts'

/** How the answer is shaped and counted: with the plan, all that a statement's text depends on. */
export interface AnswerShape {
  readonly format: AnswerFormat
  /** What makes the body, for the format `handler` and for no other. */
  readonly handler?: MediaHandler | undefined
  /** `null` fields left out (`application/vnd.pgrst.…;nulls=stripped`). */
  readonly stripNulls: boolean
  /**
   * Count of all rows that the filters match, without the range. `planned` takes the planner's estimate; `estimated`
   * counts up to the plan's cap on rows and one more, and has the estimate for when there are more than the cap.
   */
  readonly count: 'exact' | 'planned' | 'estimated' | undefined
  /**
   * How many rows a write or call must have touched. Other numbers fail the statement, and with it the transaction, in
   * the same round trip: `guardedRows` reads the number from the error. Undefined: any number.
   */
  readonly guard?: RowsGuard | undefined
}

export type RowsGuard =
  /** `application/vnd.pgrst.object`: what has been written stays only if it was one row. */
  | { readonly kind: 'one' }
  /** `Prefer: max-affected`. */
  | { readonly kind: 'at-most'; readonly rows: Parameter }

/**
 * - `array`: a JSON array of objects
 * - `object`: one JSON object; the count of rows tells whether it was one
 * - `csv`: RFC 4180 text with a header line
 * - `geojson`: a FeatureCollection (PostGIS)
 * - `handler`: what a media type handler of the database makes; bytes as hexadecimal digits
 * - `none`: rows are counted but no body is made (HEAD)
 */
export type AnswerFormat = 'array' | 'object' | 'csv' | 'geojson' | 'handler' | 'none'

/**
 * One statement. It answers one row of these columns, in this order:
 *
 * 1. `body` text — the answer, made by PostgreSQL
 * 2. `rows` bigint — rows in the body
 * 3. `total` bigint — rows before the range, for `estimated` at most one more than the cap; null unless counted
 * 4. `status` text — what the transaction left in `response.status`, or null
 * 5. `headers` text — what it left in `response.headers`, or null
 *
 * A write answers two more:
 *
 * 6. `location` text — a JSON object of the key of the row that was inserted, as text; null unless asked for and one row
 * 7. `inserted` bigint — rows that were not there before; null where that cannot be told or makes no difference
 */
export interface Statement {
  readonly text: string
  /** The same text, the same name: for prepared statements. */
  readonly name: string
  /** For `planned`, and for `estimated` under a cap: a statement whose one row has the planner's estimate as EXPLAIN (FORMAT JSON). */
  readonly estimate:
    | { readonly text: string; readonly name: string; readonly parameters: readonly number[] }
    | undefined
}

/** What a statement's text depends on besides the plan and the shape of the answer. */
export interface CompileContext {
  /** `server_version_num`. The texts of today suit every supported version. */
  readonly serverVersion: number
  /**
   * How embedded values are built. Default `json`: keys in the order of the request, for little more of PostgreSQL's
   * time than reading the rows takes. `jsonb`: the very bytes of PostgREST since 12 (shorter keys first, a space after
   * `:` and `,`), for about a third more.
   */
  readonly embedsAs?: 'json' | 'jsonb' | undefined
}

/** PostgREST: `application/vnd.pgrst.plan`, references/observability, "Execution plan". */
export interface ExplainShape {
  readonly format: 'text' | 'json'
  readonly options: readonly ExplainOption[]
}

export type ExplainOption = 'analyze' | 'verbose' | 'settings' | 'buffers' | 'wal'
