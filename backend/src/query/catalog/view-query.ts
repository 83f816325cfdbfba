import { listItems, type NodeField, nodeFields, numberOf } from './node-tree.ts'

/** What a view's definition tells about where its columns and rows come from. */
export interface ViewQuery {
  /** By position of the view's column: the column of a relation (perhaps another view) that it passes through. */
  readonly origins: ReadonlyMap<number, ColumnOrigin>
  /** The one relation that each row of the view is one row of; undefined for joins and anything cleverer. */
  readonly source: number | undefined
}

export interface ColumnOrigin {
  readonly relation: number
  readonly position: number
}

/** Reads `pg_rewrite.ev_action` of a view: a list of one query. */
export function readViewQuery(tree: string): ViewQuery {
  const [start] = listItems(tree, 0)
  const query = nodeFields(tree, start ?? 0)
  return {
    origins: readOrigins(tree, query),
    source: readSource(tree, query),
  }
}

/** PostgreSQL itself marks each entry of a target list with the column that it passes through. */
function readOrigins(
  tree: string,
  query: ReadonlyMap<string, NodeField>,
): ReadonlyMap<number, ColumnOrigin> {
  const origins = new Map<number, ColumnOrigin>()
  for (const start of itemsOf(tree, query.get('targetList'))) {
    const entry = nodeFields(tree, start)
    const relation = numberOf(tree, entry.get('resorigtbl'))
    const position = numberOf(tree, entry.get('resorigcol'))
    if (relation !== 0 && position > 0) {
      origins.set(numberOf(tree, entry.get('resno')), { relation, position })
    }
  }
  return origins
}

function readSource(tree: string, query: ReadonlyMap<string, NodeField>): number | undefined {
  const is = (name: string, value: string) => {
    const field = query.get(name)
    return field !== undefined && tree.slice(field.start, field.end) === value
  }
  if (!is('setOperations', '<>') || !is('groupingSets', '<>')) return undefined
  if (!is('hasTargetSRFs', 'false')) return undefined
  const entry = onlyRangeEntry(tree, query)
  // `rtekind` 0 is a plain relation.
  if (entry === undefined || numberOf(tree, entry.get('rtekind')) !== 0) return undefined
  return numberOf(tree, entry.get('relid'))
}

/** The range table entry that FROM consists of, when it is only one. */
function onlyRangeEntry(
  tree: string,
  query: ReadonlyMap<string, NodeField>,
): ReadonlyMap<string, NodeField> | undefined {
  const joins = query.get('jointree')
  if (joins === undefined) return undefined
  const [first, ...others] = itemsOf(tree, nodeFields(tree, joins.start).get('fromlist'))
  if (first === undefined || others.length > 0) return undefined
  const index = nodeFields(tree, first).get('rtindex')
  const isReference = tree.startsWith('{RANGETBLREF ', first)
  const start = itemsOf(tree, query.get('rtable'))[numberOf(tree, index) - 1]
  return isReference && start !== undefined ? nodeFields(tree, start) : undefined
}

function itemsOf(tree: string, field: NodeField | undefined): readonly number[] {
  return field === undefined ? [] : listItems(tree, field.start)
}
