import type { Sql } from '../../base/index.ts'

/**
 * The database described: one immutable snapshot of everything that a plan may name. Only objects of the exposed
 * schemas can be named by a request; relations elsewhere are here when a foreign key, junction or function result
 * leads to them.
 */
export interface Catalog {
  /** Changes with every reload that found a difference; part of every key made from this snapshot. */
  readonly version: string
  /** `server_version_num`, for instance 180004. */
  readonly serverVersion: number
  /** When it was read, in milliseconds since 1970. */
  readonly loadedAt: number
  /** The schemas a request may choose, in the configured order; the first is the default. */
  readonly schemas: readonly string[]
  /** By `relationKey(schema, name)`. */
  readonly relations: ReadonlyMap<string, Relation>
  /** Overloads together, by `relationKey(schema, name)`; in the exposed schemas. */
  readonly routines: ReadonlyMap<string, readonly Routine[]>
  /** From one relation to others, by `relationKey` of the first; every relationship is listed from both its ends. */
  readonly relationships: ReadonlyMap<string, readonly Relationship[]>
  /** Computed fields: functions of one row that answer a scalar, by `relationKey` of the row's relation, then by name. */
  readonly computedFields: ReadonlyMap<string, ReadonlyMap<string, ComputedField>>
  /** Every type that is used, and the enums and composite types of the exposed schemas, by oid. */
  readonly types: ReadonlyMap<number, TypeDefinition>
  /** Casts of domains (and other types) to and from their representations in the API, by type oid. */
  readonly representations: ReadonlyMap<number, Representation>
  /** Media type handlers: functions or aggregates whose result is a domain named like a media type. */
  readonly mediaHandlers: readonly MediaHandler[]
  /** The functions that views, policies and requests call, directly or not, by oid, those that came with the server included. */
  readonly functions: ReadonlyMap<number, CalledFunction>
  /** Roles the connecting role may become, by name, with the settings they carry. */
  readonly roles: ReadonlyMap<string, Role>
  /** By role: the roles whose privileges it has by membership, directly. `createRights` follows them to the end. */
  readonly memberships: ReadonlyMap<string, readonly string[]>
  /** Roles that may do everything. */
  readonly superusers: ReadonlySet<string>
  /** The exposed schemas themselves, by name. */
  readonly namespaces: ReadonlyMap<string, Namespace>
  /** Extension `postgis` is installed where functions of the search path reach it. */
  readonly hasPostgis: boolean
}

/** A schema, as far as it matters to those who use what is in it. */
export interface Namespace {
  readonly name: string
  readonly comment: string | null
  /** Role names; 'PUBLIC' for everybody. */
  readonly usableBy: readonly string[]
}

/** The key of a relation or function in the catalog's maps. */
export function relationKey(schema: string, name: string): string {
  return `${schema}\0${name}`
}

export type RelationKind =
  | 'table'
  | 'partitioned-table'
  | 'foreign-table'
  | 'view'
  | 'materialized-view'

export interface Relation {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly kind: RelationKind
  readonly comment: string | null
  /** In the order of the table, by name. */
  readonly columns: ReadonlyMap<string, Column>
  /** Column names in the key's order; for a view, when its columns lead back to a whole key. Empty: no key. */
  readonly primaryKey: readonly string[]
  /**
   * Every unique key (the primary one included) as column names. They hold for what a read finds: a table that others
   * inherit from has none. For a view: by column lineage.
   */
  readonly uniqueKeys: readonly (readonly string[])[]
  /** Whether PostgreSQL would accept it at all (views: updatable, or with an INSTEAD OF trigger). */
  readonly insertable: boolean
  readonly updatable: boolean
  readonly deletable: boolean
  /** Row-level security is switched on. */
  readonly rowSecurity: boolean
  readonly policies: readonly Policy[]
  /** What each role may do here, table-wide; column privileges are in `Column.privileges`. */
  readonly privileges: readonly Privilege[]
  /** For views and materialized views: the relations and functions that the definition reads, directly or not. */
  readonly readsRelations: readonly number[]
  readonly readsFunctions: readonly number[]
  /** What the definition of a view or materialized view reads itself; undefined for everything else. */
  readonly reads: ExpressionReads | undefined
  /**
   * Tables through which rows of this one may change: those that inherit from it, and whatever it or one of those inherits from,
   * directly or not.
   */
  readonly relatives: readonly { readonly oid: number; readonly isPartition: boolean }[]
  readonly isTemporary: boolean
  /**
   * Changing or removing its rows runs nothing of the user's besides its policies: no trigger, no rule, no cascade, no check that
   * calls a function. What fills in new rows is another matter. False: nobody knows.
   */
  readonly isPlainlyChanged: boolean
  /** The CHECK constraints that a row of it is held to, in the order in which PostgreSQL looks at them. */
  readonly checks: readonly CheckConstraint[]
  /**
   * What may come between the values of an INSERT and the constraints: BEFORE triggers of `rows` (its partitions' included), or a rule
   * that replaces the whole `statement`.
   */
  readonly insertsPass: 'nothing' | 'rows' | 'statement'
  /** The view runs with its owner's rights (no `security_invoker`): policies of the tables behind see the owner. */
  readonly securityInvoker: boolean
}

export interface Column {
  readonly name: string
  readonly position: number
  readonly type: TypeRef
  readonly nullable: boolean
  readonly comment: string | null
  /** SQL text of the default, for documents; null without one. For generated columns: null. */
  readonly default: string | null
  /**
   * What PostgreSQL fills in where a write leaves the column out: its default, its domain's, or the next value of an
   * identity that can be given too. Null: nothing, or nothing that a statement could say (`generated`).
   */
  readonly filledWith: Sql | null
  readonly identity: 'always' | 'by-default' | null
  readonly generated: 'stored' | 'virtual' | null
  /** The labels of its enum, otherwise empty. */
  readonly enumLabels: readonly string[]
  /** From `varchar(n)`/`char(n)`, otherwise null. */
  readonly maxLength: number | null
  /** Text is equal only to the same text: the collation is deterministic, or the type has none. */
  readonly deterministic: boolean
  /** SQL text of the valid CHECK constraints that concern this column alone. */
  readonly checks: readonly string[]
  readonly insertable: boolean
  readonly updatable: boolean
  readonly privileges: readonly Privilege[]
}

export interface TypeRef {
  readonly oid: number
  readonly schema: string
  readonly name: string
  /** As `format_type` writes it: `character varying(20)`, `integer[]`. */
  readonly formatted: string
  /** For a domain, the oid of the type at the bottom of the chain; otherwise `oid` itself. */
  readonly baseOid: number
  readonly kind: 'base' | 'domain' | 'enum' | 'composite' | 'range' | 'multirange' | 'pseudo'
  /** Elements, when it is an array. */
  readonly elementOid: number | null
}

/** A type with what its values are made of. `baseOid` and `elementOid` lead on to further definitions. */
export interface TypeDefinition extends TypeRef {
  /** Of an enum, in their order; otherwise empty. */
  readonly labels: readonly string[]
  /** Of a composite type by itself, in their order; otherwise, as for the row of a relation, empty. */
  readonly attributes: readonly { readonly name: string; readonly type: TypeRef }[]
  readonly comment: string | null
  /** Of a domain: SQL text of its valid CHECK constraints and those of the domains below; otherwise empty. */
  readonly checks: readonly string[]
  /** Of a domain: the same by name, in the order in which PostgreSQL looks at them: the deepest domain's first. */
  readonly constraints: readonly CheckConstraint[]
  /** Of a domain: it, or one below it, refuses null. */
  readonly notNull: boolean
  /** Of a domain: its base type with what it is narrowed to, as in `numeric(5,2)`; otherwise as `formatted`. */
  readonly baseFormatted: string
  /** As of a column. */
  readonly deterministic: boolean
  /** Of a domain over `varchar(n)`/`char(n)`, otherwise null. */
  readonly maxLength: number | null
  /** A cast makes JSON of it, of whatever form: PostgreSQL uses it where a row becomes JSON. Never of a domain. */
  readonly castToJson: boolean
}

/** A CHECK constraint that is enforced, whether or not older rows keep it. */
export interface CheckConstraint {
  readonly name: string
  /** As PostgreSQL prints it; of a domain, its value is `VALUE`. */
  readonly expression: string
}

export interface Privilege {
  /** Role name; 'PUBLIC' for everybody. */
  readonly role: string
  readonly kind: 'select' | 'insert' | 'update' | 'delete'
}

/** What the cache must know of a function that a view, a policy or a request may call, directly or not. */
export interface CalledFunction {
  readonly oid: number
  readonly schema: string
  readonly name: string
  /** As `regprocedure` prints it, for functions that came with the server; otherwise empty. */
  readonly signature: string
  readonly kind: 'function' | 'aggregate' | 'window' | 'procedure'
  readonly language: string
  readonly volatility: Volatility
  readonly securityDefiner: boolean
  /** Every `SET …` of the function. */
  readonly settings: ReadonlyMap<string, string>
  /** What its body reads; undefined where nobody can tell, as with other languages than SQL and PL/pgSQL. */
  readonly reads: ExpressionReads | undefined
}

/** What a view, a policy or a function's body reads. */
export interface ExpressionReads {
  /** Relations by oid, those of the server included. Views are not followed. */
  readonly relations: readonly number[]
  readonly calls: readonly Call[]
  readonly words: readonly SqlWord[]
  /** Types, by oid, that values are read as from their text. */
  readonly textTo: readonly number[]
  /** Kinds of expressions that are not understood. */
  readonly unknown: readonly string[]
}

/** Words of SQL that are no functions but answer what their session or moment is. */
export type SqlWord = 'clock' | 'role' | 'database' | 'schema'

/** A call within an expression. */
export interface Call {
  /** The function by oid; several where only a name is known, none where there is none of that name. */
  readonly functions: readonly number[]
  /** The first argument, where it is a constant text. */
  readonly argument: string | undefined
  /** The only key that is looked at of the JSON object that it answers; undefined: whatever is in there. */
  readonly key: string | undefined
  /** Its answer is, as it is, the answer of the expression. */
  readonly isResult: boolean
}

export interface Policy {
  readonly name: string
  readonly permissive: boolean
  readonly command: 'all' | 'select' | 'insert' | 'update' | 'delete'
  /** Role names; 'PUBLIC' for everybody. */
  readonly roles: readonly string[]
  /** SQL text of the two expressions, as PostgreSQL prints them. */
  readonly using: string | null
  readonly check: string | null
  /** Relation and function oids that the policy depends on (pg_depend), for the cache. */
  readonly readsRelations: readonly number[]
  readonly readsFunctions: readonly number[]
  /** What USING reads itself. */
  readonly reads: ExpressionReads
}

/**
 * A way from one relation (`from`) to another (`to`), as an embed follows it.
 * PostgREST: "Resource Embedding", references/api/resource_embedding.
 */
export type Relationship = ForeignKeyRelationship | ManyToManyRelationship | ComputedRelationship

export interface ForeignKeyRelationship {
  readonly kind: 'many-to-one' | 'one-to-many' | 'one-to-one'
  readonly from: RelationRef
  readonly to: RelationRef
  /** Name of the foreign key constraint. */
  readonly constraint: string
  /** Pairs (column of `from`, column of `to`). */
  readonly columns: readonly (readonly [string, string])[]
  /** `from` holds the foreign key (always for many-to-one, sometimes for one-to-one). */
  readonly fromHoldsKey: boolean
  readonly isSelf: boolean
}

export interface ManyToManyRelationship {
  readonly kind: 'many-to-many'
  readonly from: RelationRef
  readonly to: RelationRef
  readonly junction: RelationRef
  /** Constraint from the junction to `from`, and from the junction to `to`. */
  readonly constraints: readonly [string, string]
  /** Pairs (column of `from`, column of the junction). */
  readonly fromColumns: readonly (readonly [string, string])[]
  /** Pairs (column of the junction, column of `to`). */
  readonly toColumns: readonly (readonly [string, string])[]
  readonly isSelf: boolean
}

/** A function of one row of `from` that answers row(s) of `to`. */
export interface ComputedRelationship {
  readonly kind: 'computed'
  readonly from: RelationRef
  readonly to: RelationRef
  readonly function: { readonly schema: string; readonly name: string }
  /** `rows 1`: answers at most one row, embedded as an object. */
  readonly toOne: boolean
  readonly isSelf: boolean
  /** Role names; 'PUBLIC' for everybody. */
  readonly executableBy: readonly string[]
}

export interface RelationRef {
  readonly schema: string
  readonly name: string
}

export interface ComputedField {
  readonly schema: string
  readonly name: string
  readonly type: TypeRef
  readonly volatility: Volatility
}

export type Volatility = 'immutable' | 'stable' | 'volatile'

export interface Routine {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly comment: string | null
  readonly parameters: readonly RoutineParameter[]
  /** The last parameter is VARIADIC. */
  readonly variadic: boolean
  readonly returns: RoutineResult
  readonly volatility: Volatility
  /** Every `SET …` of the function. Which of them the transaction takes over is `database.hoistedSettings`. */
  readonly settings: ReadonlyMap<string, string>
  readonly securityDefiner: boolean
  readonly executableBy: readonly string[]
}

export interface RoutineParameter {
  readonly name: string
  readonly type: TypeRef
  readonly required: boolean
  readonly variadic: boolean
}

export type RoutineResult = {
  readonly set: boolean
  readonly type: TypeRef
} & (
  | { readonly kind: 'scalar' | 'void' | 'composite' }
  /** Rows of a known relation: embeds work on it. */
  | { readonly kind: 'relation'; readonly relation: RelationRef }
  /** `returns table (…)` or OUT parameters. */
  | { readonly kind: 'record'; readonly columns: readonly { name: string; type: TypeRef }[] }
)

/** PostgREST: "Domain Representations", references/api/domain_representations. */
export interface Representation {
  readonly type: TypeRef
  /** Function of the cast type → json: how values leave. */
  readonly toJson: { readonly schema: string; readonly name: string } | null
  /** Function of the cast json → type: how values come in with a body. */
  readonly fromJson: { readonly schema: string; readonly name: string } | null
  /** Function of the cast text → type: how values come in with a filter. */
  readonly fromText: { readonly schema: string; readonly name: string } | null
}

/** PostgREST: "Media Type Handlers", references/api/media_type_handlers. */
export interface MediaHandler {
  /** In lower case, for instance `text/csv`; `*` + `/*` is the handler of any. */
  readonly mediaType: string
  readonly function: { readonly schema: string; readonly name: string }
  /** Takes the rows of an answer. False: it is a function that answers the media type itself. */
  readonly aggregate: boolean
  /** The relation whose rows it takes; null: any (`anyelement`). */
  readonly relation: RelationRef | null
  /** The domain stands on `bytea`: what it answers is bytes rather than text. */
  readonly bytes: boolean
}

export interface Role {
  readonly name: string
  /** Settings of `ALTER ROLE … SET`, those that a role without special rights may set itself. */
  readonly settings: ReadonlyMap<string, string>
  /** From `default_transaction_isolation` among them. */
  readonly isolation: Isolation | null
}

export type Isolation = 'read committed' | 'repeatable read' | 'serializable'
