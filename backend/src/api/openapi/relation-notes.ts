import {
  type Relation,
  type Relationship,
  relationKey,
  relationshipsFrom,
} from '../../query/catalog/index.ts'
import { type EmbedRequest, planRead } from '../../query/plan/index.ts'
import type { JsonObject } from './json.ts'
import type { Scope } from './scope.ts'

/** What JSON Schema has no words for: keys, and the relations that can be embedded, as extensions. */
export function relationNotes(
  { relation }: { readonly relation: Relation },
  scope: Scope,
  readable: ReadonlySet<string>,
): JsonObject {
  const from = relationshipsFrom(scope.catalog, relation)
  const related = from.filter(({ to }) => readable.has(relationKey(to.schema, to.name)))
  const keys = related.filter(one => 'constraint' in one && one.fromHoldsKey)
  const embeds = related.flatMap(one => {
    const embed = embedText(one, related, scope)
    return embed === undefined
      ? []
      : [{ embed, kind: one.kind, table: one.to.name, many: isMany(one) }]
  })
  return {
    'x-primary-key': relation.primaryKey.length > 0 ? relation.primaryKey : undefined,
    'x-foreign-keys': keys.length > 0 ? keys.map(foreignKeyNote) : undefined,
    'x-relationships': embeds.length > 0 ? embeds : undefined,
  }
}

function isMany(one: Relationship): boolean {
  return one.kind === 'computed' ? !one.toOne : one.kind.endsWith('-to-many')
}

function foreignKeyNote(one: Relationship): JsonObject {
  if (!('constraint' in one)) return {}
  return {
    name: one.constraint,
    columns: one.columns.map(([column]) => column),
    references: { table: one.to.name, columns: one.columns.map(([, column]) => column) },
  }
}

/**
 * What is written in `select` to mean this relationship: its target, and a hint where several lead there. Undefined where
 * no writing means this one alone.
 */
function embedText(
  one: Relationship,
  related: readonly Relationship[],
  scope: Scope,
): string | undefined {
  if (one.kind === 'computed') return one.function.name
  const isAlone = related.every(other => other === one || other.to.name !== one.to.name)
  if (isAlone && related.every(other => other.kind !== 'computed')) return one.to.name
  const found = candidatesFor(one).find(candidate => means(candidate, one, scope))
  return found && (found.hint === undefined ? found.target : `${found.target}!${found.hint}`)
}

type Candidate = Pick<EmbedRequest, 'target' | 'hint'>

function candidatesFor(one: Relationship): readonly Candidate[] {
  const target = one.to.name
  if (one.kind === 'computed') return []
  if (one.kind === 'many-to-many') return [{ target }, { target, hint: one.junction.name }]
  const [pair] = one.columns
  const [near, far] = one.columns.length === 1 && pair !== undefined ? pair : []
  return [
    { target },
    { target, hint: one.constraint },
    ...[near, far].flatMap(hint => (hint === undefined ? [] : [{ target, hint }])),
    ...(near === undefined ? [] : [{ target: near }]),
  ]
}

/** Asked of the planner itself, so that the document and a request cannot disagree. */
function means({ target, hint }: Candidate, one: Relationship, { catalog, schema }: Scope) {
  const embed: EmbedRequest = {
    ...{ kind: 'embed', target, hint, spread: false },
    ...{ select: [{ kind: 'star' }], where: [], order: [] },
  }
  const request = { schema, relation: one.from.name, select: [embed], where: [], order: [] }
  try {
    const plan = planRead(catalog, request, { aggregates: false, rowsMax: undefined })
    return plan.embeds[0]?.relationship === one
  } catch {
    return false // Ambiguous, or not found: this is not how it is written.
  }
}
