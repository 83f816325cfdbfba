import { parameter } from '../../../base/index.ts'
import { cacheabilityOf } from '../../../query/cacheability/index.ts'
import type { Catalog, Routine } from '../../../query/catalog/index.ts'
import {
  type CallPlan,
  type CallRequest,
  findRoutine,
  hasOverloadForBody,
  planCall,
} from '../../../query/plan/index.ts'
import {
  type AnswerShape,
  compileCall,
  compileExplainedCall,
  type RowsGuard,
} from '../../../query/sql/index.ts'
import type { RestInput } from '../input.ts'
import {
  hasOperator,
  type MediaRequest,
  negotiate,
  type ParsedQuery,
  type Preferences,
  parseQuery,
  parseRange,
  type RowRange,
} from '../parse/index.ts'
import { parseJson } from '../payload/json.ts'
import { unevenKeys } from '../payload/uneven-keys.ts'
import { once, type Prepared } from '../prepared.ts'
import type { RestServices } from '../services.ts'
import { answerShape, askedBeside, mayAggregate, shapeKey } from '../shape.ts'
import { preferencesOf, profileOf, type Understandable, type Understood } from '../understood.ts'
import { refuseArguments } from '../validation/arguments.ts'
import { Judge } from '../validation/judge.ts'
import { checkQuery } from '../validation/query-limits.ts'
import { argumentsKey, argumentsRequest, argumentValues } from './arguments.ts'
import { CallMethodError, NoSetError } from './errors.ts'
import { offerOfCall } from './offer.ts'
import { namedPayload, type Payload, readPayload } from './payload.ts'

/** What it takes to understand a call. */
export type CallInput = Understandable & Pick<RestInput, 'body'>

/** The same request, understood. */
export interface UnderstoodCall extends Understood<CallPlan> {
  /** The values of the query string, of the guard and of the arguments, for the `$n` of the statement. */
  readonly parameters: readonly (string | null)[]
  readonly guard: RowsGuard | undefined
  readonly range: RowRange
  readonly access: 'read-only' | 'read-write'
}

/**
 * From text to plan and statement, as `understandRead`. Arguments come in the query string of a GET and in the body of a
 * POST. Throws only errors with a code.
 */
export function understandCall(
  input: CallInput,
  catalog: Catalog,
  services: Pick<RestServices, 'plans' | 'rules'>,
): UnderstoodCall {
  const { method, headers, name, queryString } = input
  const { database, rest } = services.rules
  const judge = input.judge ?? new Judge(services.rules.validation)
  const isRead = isReadMethod(method)
  const profile = profileOf(method, headers, catalog)
  const preferences = preferencesOf(headers, database)
  const range = parseRange(method, headers.range)
  const { legacyTargetNames } = rest
  const isGiven = isRead ? isArgument : undefined
  const query = parseQuery(queryString, { range, isArgument: isGiven, legacyTargetNames })
  judge.apply(limits => checkQuery(query, limits))
  const called = { schema: profile.schema, name }
  const brought = isRead ? namedPayload(query.arguments) : readPayload(input, query.columns, judge)
  const given = settleKeyless(catalog, called, brought)
  const routine = findRoutine(catalog, { ...called, arguments: argumentsRequest(given, 0) })
  const limit = limitOf(preferences)
  if (limit !== undefined && !routine.returns.set) throw new NoSetError()
  const offer = offerOfCall(catalog, database, routine, query.read.select)
  const media = negotiate(headers.accept, offer)
  const access = isRead || routine.volatility !== 'volatile' ? 'read-only' : 'read-write'
  const values = [...query.parameters]
  const guard = access === 'read-only' ? undefined : guardOf(media, limit, values)
  const understanding = { profile, given, query, media, preferences, guard, before: values.length }
  const prepared = prepare(input, understanding, catalog, services)
  const argued = argumentValues(given, prepared.plan)
  const parameters = [...values, ...argued]
  if (media.kind !== 'plan' && isChecking(judge, input, query, services)) {
    const path = [profile.schema, ...database.extraSearchPath]
    const brought = given.kind === 'json' ? given.text : argued
    const { plan } = prepared
    const { role } = input.identity
    judge.apply(() => refuseArguments({ plan, role, catalog, path, given: brought }))
  }
  const { targetNames } = query
  const rows = query.range
  return {
    prepared,
    parameters,
    guard,
    range: rows,
    media,
    preferences,
    profile,
    access,
    targetNames,
  }
}

/**
 * Not where a function of the user runs before, nor where the same request may have been answered already, nor where no row is
 * asked for: then perhaps nothing is called.
 */
function isChecking(
  { rules }: Judge,
  { headers }: CallInput,
  { range }: ParsedQuery,
  { rules: { database, rest } }: Pick<RestServices, 'rules'>,
): boolean {
  if (rules?.checks !== true || range.limit === 0) return false
  if (database.preRequest !== undefined) return false
  return headers['idempotency-key'] === undefined || !rest.idempotency
}

/** Throws PGRST101 for a method that calls nothing. */
function isReadMethod(method: string): boolean {
  if (method === 'GET' || method === 'HEAD') return true
  if (method === 'POST') return false
  throw new CallMethodError(method)
}

/** PostgREST: what begins with an operator is a filter on the result. */
function isArgument(_name: string, value: string): boolean {
  return !hasOperator(value)
}

/**
 * JSON without keys is an argument only of a function that takes any JSON. For others a single value, such as the `null`
 * of a client that has no arguments, is as good as none (PostgREST does the same), and a list is PGRST102.
 */
function settleKeyless(catalog: Catalog, called: Called, given: Payload): Payload {
  const isKeyless = given.kind === 'json' && given.names === undefined
  if (!isKeyless || hasOverloadForBody(catalog, called, 'json')) return given
  if (given.isArray) throw unevenKeys(parseJson(given.text) as readonly unknown[], ONE_OBJECT)
  return { ...given, names: [] }
}

const ONE_OBJECT = 'The arguments of a call are one object, each key the name of a parameter.'

type Called = Pick<CallRequest, 'schema' | 'name'>

const ONE: RowsGuard = Object.freeze({ kind: 'one' })

/** `max-affected`, which counts when it is asked for strictly. */
function limitOf({ handling, maxAffected }: Preferences): number | undefined {
  return handling === 'strict' ? maxAffected : undefined
}

/**
 * What has been written stays only if the number of rows is right. Reading needs no guard: nothing has happened. The
 * limit becomes one of the values.
 */
function guardOf(
  media: MediaRequest,
  limit: number | undefined,
  values: string[],
): RowsGuard | undefined {
  const { kind } = media.kind === 'plan' ? media.answer : media
  if (limit !== undefined && (kind !== 'object' || limit < 1)) {
    return { kind: 'at-most', rows: parameter(values.push(String(limit))) }
  }
  return kind === 'object' ? ONE : undefined
}

interface Understanding extends Pick<UnderstoodCall, 'profile' | 'media' | 'preferences'> {
  readonly given: Payload
  /** Parameters before those of the arguments. */
  readonly before: number
  readonly query: ParsedQuery
  readonly guard: RowsGuard | undefined
}

function prepare(
  { method, name, identity }: CallInput,
  { profile: { schema }, given, before, query, media, preferences, guard }: Understanding,
  catalog: Catalog,
  { plans, rules: { database, rest } }: Pick<RestServices, 'plans' | 'rules'>,
): Prepared<CallPlan> {
  const aggregates = mayAggregate(identity.role, database)
  const shape: AnswerShape = { ...answerShape(method, media, preferences), guard }
  const answer = `${shapeKey(shape)} ${aggregates} ${guard?.kind ?? ''}`
  const explained = media.kind === 'plan' ? JSON.stringify(media) : ''
  const called = `${schema}\n${name}\n${given.kind} ${argumentsKey(given)}`
  const key = `${called}\n${query.shape}\n${answer}\n${explained}`
  return plans.calls.get(catalog.version, key, () => {
    const request = { schema, name, arguments: argumentsRequest(given, before), read: query.read }
    const plan = planCall(catalog, request, { aggregates, rowsMax: database.rowsMax })
    const context = { serverVersion: catalog.serverVersion, embedsAs: rest.embedsAs }
    const statement =
      media.kind === 'plan'
        ? compileExplainedCall(plan, shape, media, context)
        : compileCall(plan, shapeFor(plan.routine, shape), context)
    const asked = askedBeside(shape, media, database)
    const cacheability = once(() => cacheabilityOf(plan.returning, catalog, asked))
    return { plan, statement, cacheability }
  })
}

/** No answer has the body of nothing. */
function shapeFor({ returns }: Routine, shape: AnswerShape): AnswerShape {
  return returns.kind === 'void' ? { ...shape, format: 'none' } : shape
}
