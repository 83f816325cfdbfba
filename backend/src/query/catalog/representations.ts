import { groupBy } from './group-by.ts'
import type { CastRow } from './read-casts.ts'
import type { TypeCatalog } from './type-catalog.ts'
import type { Representation } from './types.ts'

/** How domains are shown and read, by oid of the domain. */
export function findRepresentations(
  casts: readonly CastRow[],
  types: TypeCatalog,
): ReadonlyMap<number, Representation> {
  return new Map(
    Array.from(
      groupBy(casts, cast => cast.domain),
      ([domain, own]) => [
        domain,
        {
          type: types.reference(domain),
          toJson: functionOf(own, 'to-json'),
          fromJson: functionOf(own, 'from-json'),
          fromText: functionOf(own, 'from-text'),
        },
      ],
    ),
  )
}

function functionOf(casts: readonly CastRow[], direction: CastRow['direction']) {
  const cast = casts.find(candidate => candidate.direction === direction)
  return cast === undefined ? null : { schema: cast.schema, name: cast.name }
}
