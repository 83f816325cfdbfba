import {
  type Catalog,
  type Column,
  type Relation,
  type Rights,
  type Routine,
  relationKey,
} from '../../query/catalog/index.ts'

/** A relation as one role sees it: its columns by what may be done with them. */
export interface VisibleRelation {
  readonly relation: Relation
  /** Answered and filtered by. Empty: it cannot be read. */
  readonly readable: readonly Column[]
  /** Given when a row is inserted; undefined when none can be. */
  readonly insertable: readonly Column[] | undefined
  readonly updatable: readonly Column[] | undefined
  readonly deletable: boolean
  /** One row can be put in place of another by its key. */
  readonly replaceable: boolean
}

/** Functions of one name that a role may execute, those with fewer parameters first. */
export interface VisibleRoutine {
  readonly name: string
  readonly overloads: readonly Routine[]
}

/** What a role may use of one schema. */
export interface Scope {
  readonly catalog: Catalog
  readonly schema: string
  readonly rights: Rights
  /** In the order of their names. */
  readonly relations: readonly VisibleRelation[]
  readonly routines: readonly VisibleRoutine[]
}

/** Everything in the schema that the rights reach. */
export function scopeOf(catalog: Catalog, schema: string, rights: Rights): Scope {
  if (!rights.mayUse(schema)) return { catalog, schema, rights, relations: [], routines: [] }
  const relations = [...catalog.relations.values()]
    .filter(relation => relation.schema === schema)
    .map(relation => visible(relation, rights))
    .filter(isOfUse)
    .sort((one, other) => inOrder(one.relation.name, other.relation.name))
  return { catalog, schema, rights, relations, routines: routinesOf(catalog, schema, rights) }
}

function visible(relation: Relation, rights: Rights): VisibleRelation {
  const columns = [...relation.columns.values()]
  const readable = columns.filter(column => rights.may('select', relation, column))
  const isInsertable = relation.insertable && rights.mayAny('insert', relation)
  const isUpdatable = relation.updatable && rights.mayAny('update', relation)
  const insertable = columns.filter(
    column => column.insertable && rights.may('insert', relation, column),
  )
  const updatable = columns.filter(
    column => column.updatable && rights.may('update', relation, column),
  )
  return {
    relation,
    readable,
    insertable: isInsertable ? insertable : undefined,
    updatable: isUpdatable ? updatable : undefined,
    deletable: relation.deletable && rights.mayAll('delete', relation),
    replaceable: hasKeyIn(relation, readable, insertable, updatable),
  }
}

/** Whether each of these, which a row put in place of another goes through, has the whole primary key. */
function hasKeyIn({ primaryKey }: Relation, ...lists: readonly (readonly Column[])[]): boolean {
  const isIn = (columns: readonly Column[], name: string) =>
    columns.some(column => column.name === name)
  return primaryKey.length > 0 && primaryKey.every(name => lists.every(one => isIn(one, name)))
}

function isOfUse({ readable, insertable, updatable, deletable }: VisibleRelation): boolean {
  return readable.length > 0 || deletable || insertable !== undefined || updatable !== undefined
}

function routinesOf(catalog: Catalog, schema: string, rights: Rights): readonly VisibleRoutine[] {
  return [...catalog.routines.values()]
    .map(overloads => overloads.filter(one => one.schema === schema && rights.mayExecute(one)))
    .flatMap(overloads => {
      const [first] = overloads
      return first === undefined ? [] : [{ name: first.name, overloads }]
    })
    .sort((one, other) => inOrder(one.name, other.name))
}

/** By code units: equal catalogs make equal documents on every machine. */
function inOrder(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

/** The relations of the scope that can be read, by `relationKey`. */
export function readableKeys({ relations }: Scope): ReadonlySet<string> {
  return new Set(
    relations
      .filter(({ readable }) => readable.length > 0)
      .map(({ relation }) => relationKey(relation.schema, relation.name)),
  )
}
