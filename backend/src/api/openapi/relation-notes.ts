import {
  findRelation,
  type Relation,
  type RelationRef,
  type Relationship,
  relationKey,
  relationshipsFrom,
} from '../../query/catalog/index.ts'
import { type EmbedRequest, planRead } from '../../query/plan/index.ts'
import type { JsonObject } from './json.ts'
import type { Scope } from './scope.ts'

/**
 * What JSON Schema has no words for: keys, and the relations that can be embedded, as extensions. Only what the role may
 * use: a key of columns that it may read, and embeds whose every step it may take.
 */
export function relationNotes(
  { relation }: { readonly relation: Relation },
  scope: Scope,
  readable: ReadonlySet<string>,
): JsonObject {
  const all = relationshipsFrom(scope.catalog, relation)
  const related = all.filter(
    one => readable.has(relationKey(one.to.schema, one.to.name)) && mayFollow(one, scope),
  )
  const keys = related.filter(one => 'constraint' in one && one.fromHoldsKey)
  const hasKey = relation.primaryKey.length > 0 && mayRead(relation, relation.primaryKey, scope)
  const embeds = related.flatMap(one => {
    const embed = embedText(one, all, scope)
    return embed === undefined
      ? []
      : [{ embed, kind: one.kind, table: one.to.name, many: isMany(one) }]
  })
  return {
    'x-primary-key': hasKey ? relation.primaryKey : undefined,
    'x-foreign-keys': keys.length > 0 ? keys.map(foreignKeyNote) : undefined,
    'x-relationships': embeds.length > 0 ? embeds : undefined,
  }
}

/** Whether the role may use every column and function that the way leads through. */
function mayFollow(one: Relationship, scope: Scope): boolean {
  const { from, to } = one
  switch (one.kind) {
    case 'computed':
      return scope.rights.mayExecute(one)
    case 'many-to-many':
      return (
        mayRead(from, nearOf(one.fromColumns), scope) &&
        mayRead(one.junction, [...farOf(one.fromColumns), ...nearOf(one.toColumns)], scope) &&
        mayRead(to, farOf(one.toColumns), scope)
      )
    default:
      return mayRead(from, nearOf(one.columns), scope) && mayRead(to, farOf(one.columns), scope)
  }
}

type Pairs = readonly (readonly [near: string, far: string])[]

function nearOf(pairs: Pairs): readonly string[] {
  return pairs.map(([near]) => near)
}

function farOf(pairs: Pairs): readonly string[] {
  return pairs.map(([, far]) => far)
}

function mayRead(ref: RelationRef, names: readonly string[], { catalog, rights }: Scope): boolean {
  const relation = findRelation(catalog, ref.schema, ref.name)
  if (relation === undefined || !rights.mayUse(ref.schema)) return false
  return names.every(name => {
    const column = relation.columns.get(name)
    return column !== undefined && rights.may('select', relation, column)
  })
}

function isMany(one: Relationship): boolean {
  return one.kind === 'computed' ? !one.toOne : one.kind.endsWith('-to-many')
}

function foreignKeyNote(one: Relationship): JsonObject {
  if (!('constraint' in one)) return {}
  return {
    name: one.constraint,
    columns: nearOf(one.columns),
    references: { table: one.to.name, columns: farOf(one.columns) },
  }
}

/**
 * What is written in `select` to mean this relationship of all that there are, those that the role may not follow
 * included: its target, and a hint where several lead there. Undefined where no writing means this one alone.
 */
function embedText(
  one: Relationship,
  all: readonly Relationship[],
  scope: Scope,
): string | undefined {
  if (one.kind === 'computed') return one.function.name
  const isAlone = all.every(other => other === one || other.to.name !== one.to.name)
  if (isAlone && all.every(other => other.kind !== 'computed')) return one.to.name
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
