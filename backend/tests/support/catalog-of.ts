import { createPool, parseTarget, type Pool } from '../../src/capabilities/pool/index.ts'
import {
  type Catalog,
  type CatalogOptions,
  loadCatalog,
  type Relation,
  relationKey,
} from '../../src/query/catalog/index.ts'
import { createDatabase } from './database.ts'

/** The catalog of a fresh database that `sql` has filled, read as the role `authenticator`, which owns nothing. */
export async function catalogOf(sql: string, options?: CatalogOptions): Promise<Catalog> {
  const database = await createDatabase(sql)
  try {
    return await readAs(database.authenticatorUrl, options)
  } finally {
    await database.drop()
  }
}

export async function readAs(url: string, options?: CatalogOptions): Promise<Catalog> {
  const pool = poolFor(url)
  try {
    return await pool.use(connection => loadCatalog(connection, options))
  } finally {
    await pool.end(1_000)
  }
}

export function poolFor(url: string): Pool {
  return createPool({ target: parseTarget(url), sizeMax: 2 })
}

/** A relation that the test has created. */
export function relationOf(catalog: Catalog, name: string, schema = 'public'): Relation {
  const found = catalog.relations.get(relationKey(schema, name))
  if (found === undefined) throw new Error(`The catalog has no relation ${schema}.${name}`)
  return found
}

/** Relationships from a relation in one line each, such as `many-to-one author(author_id=id) by books_author_fkey`. */
export function linesFrom(catalog: Catalog, name: string, schema = 'public'): string[] {
  const found = catalog.relationships.get(relationKey(schema, name)) ?? []
  return found.map(one => {
    const pairs = (columns: readonly (readonly [string, string])[]) =>
      columns.map(pair => pair.join('=')).join(',')
    const self = one.isSelf ? ' self' : ''
    switch (one.kind) {
      case 'computed':
        return `computed ${one.toOne ? 'one' : 'many'} ${one.to.name} by ${one.function.name}${self}`
      case 'many-to-many':
        return `many-to-many ${one.to.name} (${pairs(one.fromColumns)}) ${one.junction.name} (${pairs(one.toColumns)}) by ${one.constraints.join(',')}${self}`
      default:
        return `${one.kind}${one.fromHoldsKey ? '' : ' back'} ${one.to.name} (${pairs(one.columns)}) by ${one.constraint}${self}`
    }
  })
}
