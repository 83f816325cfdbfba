import type { ReadRequest } from '../../../query/plan/index.ts'
import type { TargetName } from './address.ts'
import type { QueryLimits } from './draft.ts'
import type { RowRange } from './range.ts'

/** A read without its relation, which the path of the URL names. */
export type QueryRead = Omit<ReadRequest, 'schema' | 'relation'>

/** An argument of a call by GET. */
export type Argument = readonly [name: string, value: string]

/** A query string as protocol-neutral values. */
export interface ParsedQuery {
  readonly read: QueryRead
  /** `Parameter.index` counts in here from 1: values as the URL has them, the root's limit and offset last. */
  readonly parameters: readonly string[]
  /** Of equal shape are only query strings that differ in values alone: `read` and all names are equal. */
  readonly shape: string
  /** The root's rows, for Content-Range. */
  readonly range: RowRange
  /** `columns=a,b`: the keys of the body that a write takes. */
  readonly columns: readonly string[] | undefined
  /** `on_conflict=a,b`: the unique key of an upsert. */
  readonly onConflict: readonly string[] | undefined
  /** In the order of the URL; a name may come more than once (variadic functions). */
  readonly arguments: readonly Argument[]
  /** Embeds with an alias whose filters, order or range name them by their target: PostgREST 16 warns of it. */
  readonly targetNames: readonly TargetName[]
}

export interface QueryOptions {
  /** What the Range header asks for, from `parseRange`. Default: all rows. */
  readonly range?: RowRange | undefined
  /**
   * For calls by GET: tells arguments of the function from filters on its result. PostgREST's rule is
   * `(name, value) => !hasOperator(value)`. Default: nothing is an argument.
   */
  readonly isArgument?: ((name: string, value: string) => boolean) | undefined
  /** An embed with an alias also answers to its target, as PostgREST's `url-use-legacy-target-names`. Default true. */
  readonly legacyTargetNames?: boolean | undefined
  /** Default `QUERY_LIMIT_DEFAULTS`. */
  readonly limits?: QueryLimits | undefined
}
