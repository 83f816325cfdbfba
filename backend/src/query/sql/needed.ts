import type { Embed, ReadPlan } from '../plan/index.ts'

/**
 * Columns of the root's own rows that an answer is made of: what is selected, ordered by, and tied to embeds. `all`: functions
 * of the whole row take part, or `*` does.
 */
export function neededColumns({ select, order, embeds }: ReadPlan): readonly string[] | 'all' {
  const fields = [
    ...select.flatMap(item => (item.kind === 'field' ? [item.field] : [])),
    ...order.flatMap(({ embed, field }) => (embed === undefined ? [field] : [])),
  ]
  const isOfRow = fields.some(({ computed }) => computed !== undefined)
  const isFollowed = embeds.some(({ relationship }) => relationship.kind === 'computed')
  if (isOfRow || isFollowed || select.some(({ kind }) => kind === 'star')) return 'all'
  return [...fields.map(({ name }) => name), ...embeds.flatMap(tiedColumns)]
}

function tiedColumns({ relationship }: Embed): readonly string[] {
  switch (relationship.kind) {
    case 'computed':
      return []
    case 'many-to-many':
      return relationship.fromColumns.map(([own]) => own)
    default:
      return relationship.columns.map(([own]) => own)
  }
}
