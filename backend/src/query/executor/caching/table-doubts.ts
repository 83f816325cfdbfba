import type { Catalog } from '../../catalog/index.ts'
import type { TablePolicies } from './table-policies.ts'

/** Rules that mean no table, each as a sentence: what is read from a view is kept by the rules of its tables. */
export function tableDoubts(tables: TablePolicies, catalog: Catalog): readonly string[] {
  const names = Object.keys(tables)
  if (names.length === 0) return []
  const kinds = new Map<string, string>()
  for (const { schema, name, kind } of catalog.relations.values()) {
    kinds.set(`${schema}.${name}`, kind)
  }
  return names.flatMap(name => doubtOf(name, kinds.get(name)))
}

function doubtOf(name: string, kind: string | undefined): readonly string[] {
  if (kind === undefined) {
    return [`cache.tables names '${name}', which is no table that is served or that a view reads`]
  }
  return kind === 'view'
    ? [`cache.tables names '${name}', which is a view: name the tables that it reads`]
    : []
}
