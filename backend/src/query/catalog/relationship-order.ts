import type { Relationship } from './types.ts'

/** PostgREST lists the candidates of an ambiguous embedding in this order of kinds. */
const KINDS: readonly Relationship['kind'][] = [
  'one-to-many',
  'many-to-one',
  'one-to-one',
  'many-to-many',
  'computed',
]

/**
 * Detected before computed ones; then by target, kind, constraint and columns, compared by code unit: the same on
 * every load and machine.
 */
export function orderRelationships(all: readonly Relationship[]): readonly Relationship[] {
  const keyed = all.map(one => ({ one, key: sortKey(one) }))
  keyed.sort((left, right) => (left.key < right.key ? -1 : 1))
  return keyed.map(({ one }) => one)
}

/** No name holds a NUL, so a shorter name sorts before the names that it begins. */
function sortKey(one: Relationship): string {
  const group = one.kind === 'computed' ? '1' : '0'
  const self = one.isSelf ? '1' : '0'
  const kind = String(KINDS.indexOf(one.kind))
  return [group, one.to.schema, one.to.name, self, kind, ...detailsOf(one)].join('\0')
}

function detailsOf(one: Relationship): readonly string[] {
  switch (one.kind) {
    case 'computed':
      return [one.function.schema, one.function.name]
    case 'many-to-many':
      return [
        one.junction.schema,
        one.junction.name,
        ...one.constraints,
        ...one.fromColumns.flat(),
        ...one.toColumns.flat(),
      ]
    default:
      return [one.constraint, ...one.columns.flat()]
  }
}
