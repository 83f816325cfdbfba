import { NotEmbeddedError, RelatedOrderError } from './errors.ts'
import { planField } from './fields.ts'
import { type Planning, sourceName } from './planning.ts'
import type { FieldPath, OrderRequest } from './request.ts'
import type { Embed, Field, Order, Source } from './types.ts'

/** The order of a node's rows: by its own fields, and by those of the to-one embeds below it. */
export function planOrder(
  planning: Planning,
  source: Source,
  embeds: readonly Embed[],
  requests: readonly OrderRequest[],
): readonly Order[] {
  const orders = requests.map(({ relation, field, direction, nulls }): Order => {
    if (relation === undefined) {
      const own = planField(planning, source, field)
      return Object.freeze({ embed: undefined, field: own, direction, nulls })
    }
    const embed = toOneEmbed(source, embeds, relation)
    const related = relatedField(planning, embed, field)
    return Object.freeze({ embed: embed.id, field: related, direction, nulls })
  })
  return Object.freeze(orders)
}

function toOneEmbed(source: Source, embeds: readonly Embed[], name: string): Embed {
  const embed = embeds.find(one => one.name === name)
  if (embed === undefined) throw new NotEmbeddedError(name)
  if (!embed.toOne) throw new RelatedOrderError(sourceName(source), name)
  return embed
}

/** By the key it has in the answer, else by its own name, selected or not. */
function relatedField(planning: Planning, embed: Embed, request: FieldPath): Field {
  const { select, source } = embed.plan
  const aliased = select.find(
    item => item.kind === 'field' && item.alias === request.name && item.aggregate === undefined,
  )
  if (aliased?.kind !== 'field') return planField(planning, source, request)
  const { name, path } = aliased.field
  return planField(planning, source, { name, path: [...path, ...request.path] })
}
