import type { JsonObject } from './json.ts'
import { createNames } from './names.ts'
import { parameterRef, RESERVED, SHARED_PARAMETERS } from './parameters.ts'

/** The parameters that filter by a column. Columns of one name share theirs, whatever their relation. */
export interface Filters {
  /** References, without those for names that mean something else in a query string. */
  ofColumns(columns: readonly { readonly name: string }[]): readonly JsonObject[]
  /** The parameters that were referred to so far, by name. */
  components(): Readonly<Record<string, JsonObject>>
}

export function createFilters(): Filters {
  const names = createNames([...Object.keys(SHARED_PARAMETERS), 'AcceptProfile', 'ContentProfile'])
  const references = new Map<string, JsonObject>()
  const components: Record<string, JsonObject> = {}

  function of(column: string): JsonObject {
    const known = references.get(column)
    if (known !== undefined) return known
    const name = names.claim(`${column} filter`)
    const reference = Object.freeze(parameterRef(name))
    references.set(column, reference)
    components[name] = {
      name: column,
      in: 'query',
      schema: { $ref: '#/components/schemas/Filter' },
    }
    return reference
  }

  return {
    ofColumns: columns => columns.flatMap(({ name }) => (RESERVED.has(name) ? [] : [of(name)])),
    components: () => components,
  }
}
