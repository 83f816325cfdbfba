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
  readonly limit?: RowLimit | undefined
  readonly offset?: Parameter | undefined
}

/**
 * Rows at most: a place in the list of values, or the number itself. PostgreSQL plans a statement for all values of a parameter at
 * once, and takes an unknown limit for a tenth of all rows; it is far off for the page sizes that most requests have.
 */
export type RowLimit = Parameter | number

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
  readonly limit?: RowLimit | undefined
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

/**
 * A write as a front end has understood it. The body stays what it is, text: its value travels as one parameter, and
 * `columns` says which of its keys are taken.
 */
export interface WriteRequest {
  readonly schema: string
  readonly relation: string
  /** `replace` is PUT: an upsert of the one row whose key the filters name. */
  readonly action: WriteAction
  /** Keys of the body that are written. Empty for `delete`, and for an insert of defaults alone. */
  readonly columns: readonly string[]
  /** The JSON text of the body: an array of objects, or one object. Undefined for `delete`. */
  readonly body: { readonly value: Parameter; readonly isArray: boolean } | undefined
  /** What a row gets where its object lacks a key: null, or the column's default. */
  readonly missing: 'null' | 'default'
  /** Upsert; `columns` undefined means the primary key. */
  readonly conflict:
    | {
        readonly resolution: 'merge-duplicates' | 'ignore-duplicates'
        readonly columns: readonly string[] | undefined
      }
    | undefined
  /** Which rows an update or delete is about, and which row a `replace` is. */
  readonly where: readonly ConditionRequest[]
  /** What is answered: the rows as selected, where the new row is (its key), or nothing of them. */
  readonly returning: 'rows' | 'location' | 'nothing'
  readonly select: readonly SelectRequest[]
  readonly order: readonly OrderRequest[]
  readonly limit?: RowLimit | undefined
  readonly offset?: Parameter | undefined
}

export type WriteAction = 'insert' | 'update' | 'replace' | 'delete'

/** A call as a front end has understood it: which function is meant is settled by the names of its arguments. */
export interface CallRequest {
  readonly schema: string
  readonly name: string
  readonly arguments: ArgumentsRequest
  /** What is asked of the result: select, filters, order and range, as of a relation. */
  readonly read: Omit<ReadRequest, 'schema' | 'relation'>
}

export type ArgumentsRequest =
  /** Each value a parameter of its own (GET, form), the text of an array where the plan says that it is variadic. */
  | {
      readonly kind: 'named'
      readonly values: readonly (readonly [name: string, value: Parameter])[]
    }
  /** The keys of one JSON object, whose text is `value`; `isArray`: of the first object in an array. */
  | {
      readonly kind: 'json'
      readonly names: readonly string[]
      readonly isArray: boolean
      readonly value: Parameter
    }
  /** The whole body for a function with one unnamed parameter of such a type. */
  | {
      readonly kind: 'raw'
      readonly type: 'json' | 'text' | 'xml' | 'bytea'
      readonly value: Parameter
    }
