import type { IncomingHttpHeaders } from 'node:http'
import type { Catalog } from '../../query/catalog/index.ts'
import type { DatabaseRules } from '../../query/executor/index.ts'
import { planRead } from '../../query/plan/index.ts'
import { type AnswerShape, compileExplain, compileRead } from '../../query/sql/index.ts'
import { headerText } from '../http/index.ts'
import { allowsOverride } from './context.ts'
import { offerOf } from './offer.ts'
import {
  type MediaRequest,
  negotiate,
  type ParsedQuery,
  type PlainMedia,
  type Preferences,
  type Profile,
  parsePrefer,
  parseProfile,
  parseQuery,
  parseRange,
  type RowRange,
} from './parse/index.ts'
import type { Prepared, RestServices } from './services.ts'

/** A request to read a relation, as far as HTTP tells. */
export interface ReadInput {
  readonly method: 'GET' | 'HEAD'
  readonly relation: string
  readonly queryString: string
  readonly headers: IncomingHttpHeaders
  readonly role: string
}

/** The same request, understood: everything but whose it is. */
export interface ReadCall {
  readonly prepared: Prepared
  /** The values of the query string, for the `$n` of the statement. */
  readonly parameters: readonly string[]
  readonly range: RowRange
  readonly media: MediaRequest
  readonly preferences: Preferences
  readonly profile: Profile
}

/**
 * From text to plan and statement. Pure apart from the cache of shapes, and free of I/O: what a request means depends on
 * itself, the catalog snapshot and the configuration. Throws only errors with a code.
 */
export function understandRead(
  input: ReadInput,
  catalog: Catalog,
  services: Pick<RestServices, 'plans' | 'rules'>,
): ReadCall {
  const { database } = services.rules
  const { headers } = input
  const profile = profileOf(input.method, headers, catalog)
  const preferences = parsePrefer(headers['prefer'], {
    allowTransactionEnd: allowsOverride(database),
  })
  const media = negotiate(headers.accept, offerOf(catalog, database))
  const query = parseQuery(input.queryString, { range: parseRange(input.method, headers.range) })
  const prepared = prepare(input, { query, media, preferences, profile }, catalog, services)
  // The parsed tree ends here: what waits for a connection is kept small.
  const { parameters, range } = query
  return { prepared, parameters, range, media, preferences, profile }
}

/** The schema that the headers choose. */
export function profileOf(
  method: string,
  headers: IncomingHttpHeaders,
  { schemas }: Catalog,
): Profile {
  const acceptProfile = textOf(headers['accept-profile'])
  const contentProfile = textOf(headers['content-profile'])
  return parseProfile(method, { acceptProfile, contentProfile }, schemas)
}

interface Understanding extends Pick<ReadCall, 'media' | 'preferences' | 'profile'> {
  readonly query: ParsedQuery
}

function prepare(
  { method, relation, role }: ReadInput,
  { query, media, preferences, profile }: Understanding,
  catalog: Catalog,
  { plans, rules: { database, rest } }: Pick<RestServices, 'plans' | 'rules'>,
): Prepared {
  const aggregates = mayAggregate(role, database)
  const shape = answerShape(method, media, preferences)
  const answer = `${shape.format} ${shape.stripNulls} ${shape.count ?? ''} ${aggregates}`
  const explained = media.kind === 'plan' ? JSON.stringify(media) : ''
  const key = `${profile.schema}\n${relation}\n${query.shape}\n${answer}\n${explained}`
  return plans.get(catalog.version, key, () => {
    const request = { ...query.read, schema: profile.schema, relation }
    const plan = planRead(catalog, request, { aggregates, rowsMax: database.rowsMax })
    const context = { serverVersion: catalog.serverVersion, embedsAs: rest.embedsAs }
    const statement =
      media.kind === 'plan'
        ? compileExplain(plan, shape, media, context)
        : compileRead(plan, shape, context)
    return { plan, statement }
  })
}

function answerShape(method: string, media: MediaRequest, { count }: Preferences): AnswerShape {
  const answer = media.kind === 'plan' ? media.answer : media
  return {
    format: method === 'HEAD' ? 'none' : FORMATS[answer.kind],
    stripNulls: 'stripNulls' in answer && answer.stripNulls,
    count,
  }
}

const FORMATS: Readonly<Record<PlainMedia['kind'], AnswerShape['format']>> = Object.freeze({
  json: 'array',
  object: 'object',
  csv: 'csv',
  geojson: 'geojson',
  other: 'array',
})

function mayAggregate(role: string, rules: DatabaseRules): boolean {
  return rules.aggregatesEnabled || rules.aggregateRoles.includes(role)
}

function textOf(header: string | string[] | undefined): string | undefined {
  const first = typeof header === 'string' ? header : header?.[0]
  return first === undefined ? undefined : headerText(first)
}
