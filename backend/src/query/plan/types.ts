import type { Parameter } from '../../base/index.ts'
import type {
  Column,
  Relation,
  Relationship,
  Representation,
  Routine,
  RoutineParameter,
} from '../catalog/index.ts'
import type { IsValue, JsonStep, RowLimit, SearchOperator, WriteAction } from './request.ts'

/** Everything that can be asked of the database, in one vocabulary. What a write or a call answers is a read of its rows. */
export type Plan = ReadPlan | WritePlan | CallPlan

/**
 * The description of a read: checked against a catalog snapshot, immutable, and free of values. A value is a
 * `Parameter`: a place in the list that travels beside the plan.
 */
export interface ReadPlan {
  readonly kind: 'read'
  readonly source: Source
  readonly select: readonly Selected[]
  readonly embeds: readonly Embed[]
  readonly where: Condition | undefined
  readonly order: readonly Order[]
  readonly limit: RowLimit | undefined
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

/** Where rows come from: a relation, what a write has left of it, or the result of a function. */
export type Source =
  | { readonly kind: 'relation'; readonly relation: Relation }
  | { readonly kind: 'written'; readonly relation: Relation }
  | { readonly kind: 'call'; readonly routine: Routine; readonly relation: Relation | undefined }

/** The description of a write, checked against a catalog snapshot. PostgREST: references/api/tables_views. */
export interface WritePlan {
  readonly kind: 'write'
  readonly action: WriteAction
  readonly relation: Relation
  /** In the order of the request. */
  readonly columns: readonly WrittenColumn[]
  /** The JSON text of the body. Undefined for `delete`. */
  readonly body: { readonly value: Parameter; readonly isArray: boolean } | undefined
  readonly missing: 'null' | 'default'
  readonly conflict: Conflict | undefined
  readonly where: Condition | undefined
  /** The rows as they are answered: its source is `written`, and it has no conditions of its own. */
  readonly returning: ReadPlan | undefined
  /** The primary key, when the answer is to say where the new row is. Empty: it is not. */
  readonly location: readonly string[]
  /** Parameters of the request that mean nothing for this write. The statement names them nevertheless. */
  readonly unread: readonly Parameter[]
}

/** A column that takes its value from the body. */
export interface WrittenColumn {
  readonly column: Column
  /** The value arrives as JSON and passes through the representation's function. */
  readonly representation: Representation | undefined
}

/** What happens to rows that are there already. */
export interface Conflict {
  readonly columns: readonly string[]
  readonly resolution: 'merge-duplicates' | 'ignore-duplicates'
}

/** The description of a call: one of the function's overloads, and how each parameter gets its value. */
export interface CallPlan {
  readonly kind: 'call'
  readonly routine: Routine
  readonly arguments: Arguments
  /** The result as it is answered: its source is the `call`. */
  readonly returning: ReadPlan
}

export type Arguments =
  /** Each value is the text of the parameter's type: of an array, for a variadic one. Empty: called without arguments. */
  | {
      readonly kind: 'named'
      readonly values: readonly {
        readonly parameter: RoutineParameter
        readonly value: Parameter
      }[]
    }
  /** Keys of a JSON object, or of the first one in an array. */
  | {
      readonly kind: 'json'
      readonly parameters: readonly RoutineParameter[]
      readonly isArray: boolean
      readonly value: Parameter
    }
  | { readonly kind: 'raw'; readonly parameter: RoutineParameter; readonly value: Parameter }

/** A value in SQL: a column or computed field of the node's own rows, and steps into its JSON value. */
export interface Field {
  readonly name: string
  /** Undefined for a computed field (a function of the row) and for columns of a result that is no relation's. */
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
