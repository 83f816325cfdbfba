import type { Parameter } from '../../base/index.ts'

/**
 * A read as a front end has understood it, before anything is checked: names as written, values already taken out
 * into `parameters`. REST, GraphQL and realtime all build this; `planRead` turns it into a checked `ReadPlan`.
 *
 * Values live outside the tree, in a list that the tree points into by number. So the tree is the *shape* of the
 * request: two requests that differ only in values have equal trees, and one plan, one statement and one prepared
 * statement serve both.
 */
export interface ReadRequest {
  readonly schema: string
  readonly relation: string
  readonly select: readonly SelectRequest[]
  readonly where: readonly ConditionRequest[]
  readonly order: readonly OrderRequest[]
  readonly limit?: Parameter | undefined
  readonly offset?: Parameter | undefined
}

/** One item of a select list. */
export type SelectRequest = StarRequest | FieldRequest | EmbedRequest

export interface StarRequest {
  readonly kind: 'star'
}

export interface FieldRequest {
  readonly kind: 'field'
  readonly field: FieldPath
  /** `count()` without a field has an empty name and this set. */
  readonly aggregate?: { readonly name: string; readonly cast?: string | undefined } | undefined
  readonly cast?: string | undefined
  readonly alias?: string | undefined
}

/** A column or computed field, and steps into its JSON value. */
export interface FieldPath {
  readonly name: string
  readonly path: readonly JsonStep[]
}

/** `->` answers JSON, `->>` text. A key of digits only is an array index (a negative one counts from the end). */
export interface JsonStep {
  readonly arrow: '->' | '->>'
  readonly key: string
  readonly isIndex: boolean
}

export interface EmbedRequest {
  readonly kind: 'embed'
  /** A relation, a foreign key constraint, a foreign key column or a computed relationship. */
  readonly target: string
  /** After `!`: a constraint, a column or a junction that says which relationship is meant. */
  readonly hint?: string | undefined
  readonly join?: 'inner' | 'left' | undefined
  readonly alias?: string | undefined
  /** `...target(…)`: its fields become fields of the parent. */
  readonly spread: boolean
  readonly select: readonly SelectRequest[]
  /** Filters, order and range that the query string addresses to this embed by its name or alias. */
  readonly where: readonly ConditionRequest[]
  readonly order: readonly OrderRequest[]
  readonly limit?: Parameter | undefined
  readonly offset?: Parameter | undefined
}

export type ConditionRequest = LogicRequest | FilterRequest

export interface LogicRequest {
  readonly kind: 'and' | 'or'
  readonly negated: boolean
  readonly conditions: readonly ConditionRequest[]
}

export interface FilterRequest {
  readonly kind: 'filter'
  readonly field: FieldPath
  readonly negated: boolean
  readonly test: TestRequest
}

/** What is asked of a field. The operator is a name of the closed table in `operators.ts`. */
export type TestRequest =
  | {
      readonly kind: 'compare'
      readonly operator: string
      /** `any`: one of the list is enough; `all`: every one. The value is then an array literal. */
      readonly quantifier?: 'any' | 'all' | undefined
      readonly value: Parameter
    }
  /** `in.(…)`: the parameter holds a PostgreSQL array literal, whatever the number of elements. */
  | { readonly kind: 'in'; readonly value: Parameter }
  | { readonly kind: 'is'; readonly value: IsValue }
  | { readonly kind: 'isdistinct'; readonly value: Parameter }
  | {
      readonly kind: 'search'
      readonly operator: SearchOperator
      /** `fts(french)`: the text search configuration. */
      readonly language?: Parameter | undefined
      readonly value: Parameter
    }

export type SearchOperator = 'fts' | 'plfts' | 'phfts' | 'wfts'

export type IsValue = 'null' | 'not_null' | 'true' | 'false' | 'unknown'

export interface OrderRequest {
  /** `order=clients(name)`: the embed (by name or alias) whose column decides. */
  readonly relation?: string | undefined
  readonly field: FieldPath
  readonly direction?: 'asc' | 'desc' | undefined
  readonly nulls?: 'first' | 'last' | undefined
}
