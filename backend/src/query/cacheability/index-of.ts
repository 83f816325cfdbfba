import { type CalledFunction, type Catalog, type Relation, relationKey } from '../catalog/index.ts'

/** The catalog by what trees and dependencies know things by. */
export interface CatalogIndex {
  readonly relations: ReadonlyMap<number, Relation>
  /** Overloads together, by `relationKey(schema, name)`. */
  readonly functions: ReadonlyMap<string, readonly CalledFunction[]>
  /** Some type that is used becomes JSON by a function of its own. */
  readonly hasJsonCasts: boolean
}

/** Made once for each catalog, which never changes. */
export function indexOf(catalog: Catalog): CatalogIndex {
  let index = indexes.get(catalog)
  if (index === undefined) {
    index = createIndex(catalog)
    indexes.set(catalog, index)
  }
  return index
}

const indexes = new WeakMap<Catalog, CatalogIndex>()

function createIndex({ relations, functions, types }: Catalog): CatalogIndex {
  const overloads = new Map<string, CalledFunction[]>()
  for (const called of functions.values()) {
    const key = relationKey(called.schema, called.name)
    const known = overloads.get(key)
    if (known === undefined) overloads.set(key, [called])
    else known.push(called)
  }
  return {
    relations: new Map(Array.from(relations.values(), relation => [relation.oid, relation])),
    functions: overloads,
    hasJsonCasts: [...types.values()].some(type => type.castToJson),
  }
}
