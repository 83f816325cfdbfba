import { parameter } from '../../../base/index.ts'
import { type Catalog, findRelation, type Relation } from '../../../query/catalog/index.ts'
import {
  planWrite,
  type WriteAction,
  writeLeavesNoTrace,
  type WritePlan,
} from '../../../query/plan/index.ts'
import {
  type AnswerShape,
  compileExplainedWrite,
  compileWrite,
  type RowsGuard,
} from '../../../query/sql/index.ts'
import { allowOf, writesOf } from '../info.ts'
import type { RestInput } from '../input.ts'
import { offerOf } from '../offer.ts'
import {
  type MediaRequest,
  negotiate,
  type ParsedQuery,
  type Preferences,
  type Profile,
  parseQuery,
} from '../parse/index.ts'
import { once, type Prepared } from '../prepared.ts'
import type { RestServices } from '../services.ts'
import { answerShape, mayAggregate, shapeKey } from '../shape.ts'
import { preferencesOf, profileOf, type Understandable, type Understood } from '../understood.ts'
import { Judge } from '../validation/judge.ts'
import { checkQuery } from '../validation/query-limits.ts'
import { sanitizedIn } from '../validation/sanitize.ts'
import { isCheckable, refuseRows } from '../validation/refuse.ts'
import type { RowsCheck } from '../validation/rows-check.ts'
import { type RelationRules, relationRules } from '../validation/rules.ts'
import { NotWritableError, PutRangeError } from './errors.ts'
import { type BodyValidation, type Payload, readPayload } from './payload.ts'
import { rowReadOf } from './row-read.ts'

/** What it takes to understand a write. */
export type WriteInput = Understandable & Pick<RestInput, 'body'>

/** The same request, understood. */
export interface UnderstoodWrite extends Understood<WritePlan> {
  /** The values of the query string, then the body, then the number of rows that a guard allows. */
  readonly parameters: readonly string[]
  readonly guard: RowsGuard | undefined
  /** What was found in its rows, for explaining what PostgreSQL refuses. */
  readonly found: RowsCheck | undefined
}

/** From text to plan and statement, as `understandRead`. Throws only errors with a code. */
export function understandWrite(
  input: WriteInput,
  catalog: Catalog,
  services: Pick<RestServices, 'plans' | 'rules'>,
): UnderstoodWrite {
  const { database, rest } = services.rules
  const { headers } = input
  const action = ACTIONS[input.method] ?? 'insert'
  const profile = profileOf(input.method, headers, catalog)
  const preferences = preferencesOf(headers, database)
  const query = parseQuery(input.queryString, { legacyTargetNames: rest.legacyTargetNames })
  const judge = input.judge ?? new Judge(services.rules.validation)
  judge.apply(limits => checkQuery(query, limits))
  const { range } = query
  if (action === 'replace' && (range.limit !== undefined || range.offset > 0)) {
    throw new PutRangeError()
  }
  const { missing } = preferences
  const validation = validationOf(judge, input, { missing, profile, catalog, services })
  const payload = readPayload(input, action, query.columns, validation)
  const relation = { schema: profile.schema, name: input.name }
  const { select } = query.read
  const media = negotiate(headers.accept, offerOf(catalog, database, { relation, select }))
  const parameters = [...query.parameters]
  if (payload !== undefined) parameters.push(payload.text)
  const guard = guardOf(action, media, preferences, parameters)
  const understanding = { action, query, payload, media, preferences, profile, guard }
  const prepared = prepare(input, understanding, catalog, services)
  if (media.kind !== 'plan' && isChecking(judge, input, services)) {
    const write = { plan: prepared.plan, role: input.identity.role, catalog, found: payload?.found }
    judge.apply(() => refuseRows(write))
  }
  const { targetNames } = query
  const found = judge.isEnforcing ? payload?.found : undefined
  return { prepared, parameters, guard, media, preferences, profile, targetNames, found }
}

interface Circumstances {
  readonly missing: Preferences['missing']
  readonly profile: Profile
  readonly catalog: Catalog
  readonly services: Pick<RestServices, 'rules'>
}

/** What the body has to be. */
function validationOf(
  judge: Judge,
  input: WriteInput,
  { missing, profile, catalog, services }: Circumstances,
): BodyValidation {
  const { rules } = judge
  return {
    judge,
    fillsIn: missing === 'default',
    sanitized: rules && sanitizedIn(rules.sanitize, profile.schema, input.name),
    rules: isChecking(judge, input, services)
      ? rulesFor(input, profile, catalog, services)
      : undefined,
  }
}

/**
 * Not where a function of the user runs before, which may have another opinion, nor where the same request may have been answered
 * already.
 */
function isChecking(
  { rules }: Judge,
  { headers }: WriteInput,
  { rules: { database, rest } }: Pick<RestServices, 'rules'>,
): boolean {
  if (rules?.checks !== true || database.preRequest !== undefined) return false
  return headers['idempotency-key'] === undefined || !rest.idempotency
}

/** What rows have to be, where that is looked at before PostgreSQL does. */
function rulesFor(
  input: WriteInput,
  { schema }: Profile,
  catalog: Catalog,
  services: Pick<RestServices, 'rules'>,
): RelationRules | undefined {
  const relation = findRelation(catalog, schema, input.name)
  if (relation === undefined || !isCheckable(relation)) return undefined
  return relationRules(catalog, relation, [schema, ...services.rules.database.extraSearchPath])
}

const ACTIONS: Readonly<Record<string, WriteAction>> = Object.freeze({
  POST: 'insert',
  PATCH: 'update',
  PUT: 'replace',
  DELETE: 'delete',
})

const ONE: RowsGuard = Object.freeze({ kind: 'one' })

/**
 * A PUT writes one row, and so does what is answered as one object; `max-affected` is for updates and deletes that are asked
 * for strictly. Its number becomes the last parameter.
 */
function guardOf(
  action: WriteAction,
  media: MediaRequest,
  { handling, maxAffected }: Preferences,
  parameters: string[],
): RowsGuard | undefined {
  if (action === 'replace') return ONE
  const { kind } = media.kind === 'plan' ? media.answer : media
  const isLimited = action !== 'insert' && handling === 'strict' && maxAffected !== undefined
  if (isLimited && (kind !== 'object' || maxAffected < 1)) {
    return { kind: 'at-most', rows: parameter(parameters.push(String(maxAffected))) }
  }
  return kind === 'object' ? ONE : undefined
}

interface Understanding
  extends Pick<UnderstoodWrite, 'guard' | 'media' | 'preferences' | 'profile'> {
  readonly action: WriteAction
  readonly query: ParsedQuery
  readonly payload: Payload | undefined
}

function prepare(
  input: WriteInput,
  understanding: Understanding,
  catalog: Catalog,
  { plans, rules: { database, rest } }: Pick<RestServices, 'plans' | 'rules'>,
): Prepared<WritePlan> {
  const { profile, media } = understanding
  const aggregates = mayAggregate(input.identity.role, database)
  const shape = shapeOf(input.method, understanding)
  const key = keyOf(input, understanding, shape, aggregates)
  return plans.writes.get(catalog.version, key, () => {
    checkWritable(input, profile, catalog)
    const plan = planWrite(catalog, requestOf(input, understanding), { aggregates })
    const context = { serverVersion: catalog.serverVersion, embedsAs: rest.embedsAs }
    const statement =
      media.kind === 'plan'
        ? compileExplainedWrite(plan, shape, media, context)
        : compileWrite(plan, shape, context)
    const { select } = understanding.query.read
    const rules = { aggregates, database, embedsAs: rest.embedsAs }
    const rowRead = once(() => rowReadOf(plan, { select, media }, catalog, rules) ?? 'none')
    const isOurs = media.kind !== 'handler' && media.kind !== 'plan'
    return { plan, statement, rowRead, leavesNoTrace: isOurs && writeLeavesNoTrace(plan, catalog) }
  })
}

/** Rows are made into a body only where they are asked for. */
function shapeOf(
  method: string,
  { media, preferences, guard }: Pick<Understanding, 'media' | 'preferences' | 'guard'>,
): AnswerShape {
  const shape = answerShape(method, media, preferences)
  if (preferences.return === 'representation') return { ...shape, count: undefined, guard }
  return { format: 'none', stripNulls: false, count: undefined, guard }
}

/** All that the statement's text depends on. The keys of a body may hold any character, so they are quoted. */
function keyOf(
  { name }: WriteInput,
  { action, query, payload, media, preferences, profile }: Understanding,
  shape: AnswerShape,
  aggregates: boolean,
): string {
  const body = payload === undefined ? '' : `${payload.isArray} ${JSON.stringify(payload.columns)}`
  const asked = `${preferences.resolution} ${preferences.missing} ${preferences.return}`
  const answer = `${shapeKey(shape)} ${shape.guard?.kind} ${aggregates}`
  const explained = media.kind === 'plan' ? JSON.stringify(media) : ''
  return `${action} ${profile.schema}\n${name}\n${query.shape}\n${body}\n${asked}\n${answer}\n${explained}`
}

function requestOf(
  { name }: WriteInput,
  { action, query, payload, preferences, profile }: Understanding,
): Parameters<typeof planWrite>[1] {
  const { missing, resolution } = preferences
  const body = payload && {
    value: parameter(query.parameters.length + 1),
    isArray: payload.isArray,
  }
  return {
    ...query.read,
    schema: profile.schema,
    relation: name,
    action,
    columns: payload?.columns ?? [],
    body,
    missing: missing === 'default' && action !== 'replace' ? 'default' : 'null',
    conflict:
      resolution && action === 'insert' ? { resolution, columns: query.onConflict } : undefined,
    returning: returningOf(preferences),
  }
}

function returningOf({ return: asked }: Preferences): 'rows' | 'location' | 'nothing' {
  if (asked === 'representation') return 'rows'
  return asked === 'headers-only' ? 'location' : 'nothing'
}

const VERBS: Readonly<Record<string, string>> = Object.freeze({
  POST: 'insert into',
  PUT: 'insert into',
  PATCH: 'update',
  DELETE: 'delete from',
})

/** A relation that is not there is told by planning. */
function checkWritable({ method, name }: WriteInput, { schema }: Profile, catalog: Catalog): void {
  const relation = findRelation(catalog, schema, name)
  if (relation === undefined || isTaken(relation, method)) return
  const allow = allowOf(catalog, schema, name)
  throw new NotWritableError(relation, VERBS[method] ?? method, allow)
}

/** Without a key there is no PUT, which planning tells in PostgREST's words. */
function isTaken(relation: Relation, method: string): boolean {
  if (method === 'PUT') return relation.insertable && relation.updatable
  return writesOf(relation).includes(method)
}
