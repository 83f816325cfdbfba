import type { Parameter } from '../../base/index.ts'
import type { Column, Relation, Relationship, Representation, Routine } from '../catalog/index.ts'
import type { IsValue, JsonStep, SearchOperator } from './request.ts'

/**
 * The description of a read: checked against a catalog snapshot, immutable, and free of values. A value is a
 * `Parameter`: a place in the list that travels beside the plan.
 *
 * Writes and calls will share it for what they answer: a write plan is `{ kind: 'insert', …, returning: ReadPlan }`
 * whose source is the written rows, a call plan reads from the function's result.
 */
export interface ReadPlan {
  readonly kind: 'read'
  readonly source: Source
  readonly select: readonly Selected[]
  readonly embeds: readonly Embed[]
  readonly where: Condition | undefined
  readonly order: readonly Order[]
  readonly limit: Parameter | undefined
  readonly offset: Parameter | undefined
  /** The configured cap on rows; the smaller of it and `limit` holds. Undefined on to-one embeds. */
  readonly rowsMax: number | undefined
  /**
   * Some selected item here, or spread into here, is an aggregate: everything else selected is grouped by. False on a
   * to-one spread itself: its aggregates are taken over the rows of the nearest node above that is not one, which is
   * where this is true. No aggregate ever stands in a to-many spread.
   */
  readonly aggregated: boolean
}

/** Where rows come from. Later: `{ kind: 'written', … }` for writes and `{ kind: 'call', … }` for functions. */
export type Source =
  | { readonly kind: 'relation'; readonly relation: Relation }
  | { readonly kind: 'call'; readonly routine: Routine; readonly relation: Relation | undefined }

/** A value in SQL: a column or computed field of the node's own rows, and steps into its JSON value. */
export interface Field {
  readonly name: string
  /** Undefined for a computed field (a function of the row) and for columns of an unknown record. */
  readonly column: Column | undefined
  readonly computed: { readonly schema: string; readonly name: string } | undefined
  readonly path: readonly JsonStep[]
  /** The field is a composite or array rather than json(b): `to_jsonb` before the first step. */
  readonly convertToJson: boolean
}

export type Selected =
  /** Every column, by `*`; only where none needs a representation, and never in a spread or an aggregated node. */
  | { readonly kind: 'star' }
  | SelectedField
  /** `count()`: rows of the group. */
  | { readonly kind: 'count'; readonly cast: string | undefined; readonly alias: string }

export interface SelectedField {
  readonly kind: 'field'
  readonly field: Field
  /** The key in the answer; undefined: the column's own name, which has no path, aggregate or representation. */
  readonly alias: string | undefined
  /** A type to cast to, as written in the request and checked: `parseTypeName` takes it apart. Before the aggregate. */
  readonly cast: string | undefined
  readonly aggregate: Aggregate | undefined
  readonly representation: Representation | undefined
}

export interface Aggregate {
  readonly name: AggregateName
  readonly cast: string | undefined
}
export type AggregateName = 'sum' | 'avg' | 'min' | 'max' | 'count'

/** A node below another: the rows of `plan` that `relationship` ties to each row of the parent. */
export interface Embed {
  /** The key in the answer, and the name by which filters and order speak of it: alias, or the target as written. */
  readonly name: string
  /** Unique among all nodes of the tree: the SQL alias of this node's lateral join. */
  readonly id: number
  readonly relationship: Relationship
  /** One object (or null) rather than an array. */
  readonly toOne: boolean
  readonly spread: boolean
  /** Parent rows without a match are left out. */
  readonly inner: boolean
  /** Nothing is selected from it: it takes part in filters only. */
  readonly hidden: boolean
  readonly plan: ReadPlan
}

export type Condition =
  | {
      readonly kind: 'and' | 'or'
      readonly negated: boolean
      readonly conditions: readonly Condition[]
    }
  | { readonly kind: 'test'; readonly field: Field; readonly negated: boolean; readonly test: Test }
  /** `embed=is.null` (anti-join) and `embed=not.is.null`, anywhere in a logic tree. */
  | { readonly kind: 'embed-null'; readonly embed: number; readonly negated: boolean }

export type Test =
  | {
      readonly kind: 'compare'
      readonly operator: CompareOperator
      readonly quantifier: 'any' | 'all' | undefined
      readonly value: Value
    }
  | { readonly kind: 'in'; readonly value: Value }
  | { readonly kind: 'is'; readonly value: IsValue }
  | { readonly kind: 'isdistinct'; readonly value: Value }
  | {
      readonly kind: 'search'
      readonly operator: SearchOperator
      readonly language: Parameter | undefined
      readonly value: Parameter
      /** The field is text or json rather than tsvector: `to_tsvector(language, field)` first. */
      readonly convert: boolean
    }

/** A parameter, passed through the representation's text cast where the column has one. */
export interface Value {
  readonly parameter: Parameter
  readonly representation: Representation | undefined
}

export type CompareOperator =
  | 'eq'
  | 'neq'
  | 'gt'
  | 'gte'
  | 'lt'
  | 'lte'
  | 'like'
  | 'ilike'
  | 'match'
  | 'imatch'
  | 'cs'
  | 'cd'
  | 'ov'
  | 'sl'
  | 'sr'
  | 'nxr'
  | 'nxl'
  | 'adj'

export interface Order {
  /** The embed (its id) whose field decides, for an order by a related column. */
  readonly embed: number | undefined
  readonly field: Field
  readonly direction: 'asc' | 'desc' | undefined
  readonly nulls: 'first' | 'last' | undefined
}
