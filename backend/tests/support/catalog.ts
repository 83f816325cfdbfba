import {
  type Catalog,
  type Column,
  type ComputedField,
  type Relation,
  type RelationKind,
  relationKey,
  type Representation,
  type TypeRef,
} from '../../src/query/catalog/index.ts'
import { relationshipsOf } from './catalog-relationships.ts'
import { Types } from './catalog-types.ts'

/** A relation in a few words; see `buildCatalog`. */
export interface RelationSpec {
  /** `text`, `integer[]`, or one of `CatalogSpec.types`, by column name. */
  columns: Record<string, string>
  /** Default 'public'. */
  schema?: string
  /** Default 'table'. */
  kind?: RelationKind
  primaryKey?: string[]
  /** Further unique keys: they make foreign keys on them one-to-one. */
  uniqueKeys?: string[][]
  foreignKeys?: ForeignKeySpec[]
  /** Type names by the names of functions of the row. */
  computedFields?: Record<string, string>
  computedRelationships?: { name: string; to: string; toOne?: boolean }[]
}

export interface ForeignKeySpec {
  /** Default `<relation>_<columns>_fkey`, as PostgreSQL names it. */
  name?: string
  columns: string[]
  /** A relation, with its schema before a dot where it is not of the same one. */
  to: string
  /** Default: the primary key there. */
  toColumns?: string[]
}

export interface CatalogSpec {
  relations: Record<string, RelationSpec>
  /** Exposed schemas. Default: only 'public'. */
  schemas?: string[]
  /** Types besides the built-in ones, for instance domains with their base type. */
  types?: Record<string, { kind: TypeRef['kind']; base?: string }>
  /** Functions of the casts of such a type. */
  representations?: Record<string, { toJson?: string; fromJson?: string; fromText?: string }>
}

/**
 * A catalog out of nothing but its description, for tests that need no database. Relationships are found the way
 * PostgREST finds them: from both ends of each foreign key, one-to-one where the key is unique, and many-to-many
 * through tables whose primary key holds two foreign keys.
 */
export function buildCatalog(spec: CatalogSpec): Catalog {
  const types = new Types(spec.types ?? {})
  const relations = Object.entries(spec.relations).map(([name, relation], index) =>
    buildRelation(types, name, relation, 16_384 + index),
  )
  return {
    version: 'test',
    serverVersion: 180_000,
    loadedAt: 0,
    schemas: spec.schemas ?? ['public'],
    relations: new Map(relations.map(one => [relationKey(one.schema, one.name), one])),
    routines: new Map(),
    relationships: relationshipsOf(spec),
    computedFields: computedFields(types, spec),
    types: new Map(),
    representations: representations(types, spec),
    mediaHandlers: [],
    functions: new Map(),
    roles: new Map(),
    memberships: new Map(),
    superusers: new Set(),
    namespaces: new Map(),
    hasPostgis: false,
  }
}

function buildRelation(types: Types, name: string, spec: RelationSpec, oid: number): Relation {
  const primaryKey = spec.primaryKey ?? []
  const columns = Object.entries(spec.columns).map(([column, type], index) =>
    buildColumn(column, types.get(type), index + 1),
  )
  const writable = (spec.kind ?? 'table') === 'table'
  return {
    oid,
    schema: spec.schema ?? 'public',
    name,
    kind: spec.kind ?? 'table',
    comment: null,
    columns: new Map(columns.map(column => [column.name, column])),
    primaryKey,
    uniqueKeys: [...(primaryKey.length > 0 ? [primaryKey] : []), ...(spec.uniqueKeys ?? [])],
    insertable: writable,
    updatable: writable,
    deletable: writable,
    rowSecurity: false,
    policies: [],
    privileges: [],
    readsRelations: [],
    readsFunctions: [],
    reads: undefined,
    relatives: [],
    isTemporary: false,
    isPlainlyChanged: true,
    checks: [],
    insertsPass: 'nothing',
    securityInvoker: false,
  }
}

function buildColumn(name: string, type: TypeRef, position: number): Column {
  return {
    name,
    position,
    type,
    nullable: true,
    comment: null,
    default: null,
    filledWith: null,
    identity: null,
    generated: null,
    enumLabels: [],
    maxLength: null,
    deterministic: true,
    checks: [],
    insertable: true,
    updatable: true,
    privileges: [],
  }
}

function computedFields(types: Types, spec: CatalogSpec): Catalog['computedFields'] {
  return new Map(
    Object.entries(spec.relations).map(([name, { schema = 'public', computedFields: fields }]) => {
      const built = Object.entries(fields ?? {}).map(([field, type]): [string, ComputedField] => [
        field,
        { schema, name: field, type: types.get(type), volatility: 'stable' },
      ])
      return [relationKey(schema, name), new Map(built)]
    }),
  )
}

function representations(types: Types, spec: CatalogSpec): Map<number, Representation> {
  const entries = Object.entries(spec.representations ?? {})
  return new Map(
    entries.map(([name, casts]) => {
      const type = types.get(name)
      const routine = (cast: string | undefined) =>
        cast === undefined ? null : { schema: 'public', name: cast }
      return [
        type.oid,
        {
          type,
          toJson: routine(casts.toJson),
          fromJson: routine(casts.fromJson),
          fromText: routine(casts.fromText),
        },
      ]
    }),
  )
}
