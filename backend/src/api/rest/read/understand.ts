import type { Catalog } from '../../../query/catalog/index.ts'
import { cacheabilityOf } from '../../../query/cacheability/index.ts'
import { leavesNoTrace, planRead, type ReadPlan } from '../../../query/plan/index.ts'
import { compileExplain, compileRead } from '../../../query/sql/index.ts'
import { offerOf } from '../offer.ts'
import { negotiate, type ParsedQuery, parseQuery, parseRange } from '../parse/index.ts'
import { locationOf } from '../location.ts'
import { once, type Prepared } from '../prepared.ts'
import type { RestServices } from '../services.ts'
import { answerShape, askedBeside, mayAggregate, shapeKey } from '../shape.ts'
import {
  preferencesOf,
  profileOf,
  type Understandable,
  type UnderstoodRead,
} from '../understood.ts'
import { Judge } from '../validation/judge.ts'
import { checkQuery } from '../validation/query-limits.ts'

/** What it takes to understand a read. */
export type ReadInput = Understandable

type UnderstandServices = Pick<RestServices, 'plans' | 'rules'>

/**
 * From text to plan and statement. Pure apart from the caches, and free of I/O: what a request means depends on itself, the
 * catalog snapshot and the configuration. Throws only errors with a code.
 */
export function understandRead(
  input: ReadInput,
  catalog: Catalog,
  services: UnderstandServices,
): UnderstoodRead {
  const { recent } = services.plans
  const aggregates = mayAggregate(input.identity.role, services.rules.database)
  const known = recent.get(input, catalog.version, aggregates)
  if (known !== undefined) return known
  const understood = understandAnew(input, catalog, services, aggregates)
  const isWatched = input.judge !== undefined && input.judge.watched.length > 0
  if (!isWatched) recent.set(input, catalog.version, aggregates, understood)
  return understood
}

function understandAnew(
  input: ReadInput,
  catalog: Catalog,
  services: UnderstandServices,
  aggregates: boolean,
): UnderstoodRead {
  const { database, rest } = services.rules
  const { headers } = input
  const profile = profileOf(input.method, headers, catalog)
  const preferences = preferencesOf(headers, database)
  const range = parseRange(input.method, headers.range)
  const { legacyTargetNames } = rest
  const query = parseQuery(input.queryString, { range, legacyTargetNames })
  const judge = input.judge ?? new Judge(services.rules.validation)
  judge.apply(limits => checkQuery(query, limits))
  const relation = { schema: profile.schema, name: input.name }
  const { select } = query.read
  const media = negotiate(headers.accept, offerOf(catalog, database, { relation, select }))
  const understanding = { query, media, preferences, profile, aggregates }
  const prepared = prepare(input, understanding, catalog, services)
  // The parsed tree ends here: what waits for a connection is kept small.
  const { parameters, targetNames } = query
  const rows = query.range
  const location = locationOf(input, rest)
  return { prepared, parameters, range: rows, media, preferences, profile, targetNames, location }
}

interface Understanding extends Pick<UnderstoodRead, 'media' | 'preferences' | 'profile'> {
  readonly query: ParsedQuery
  readonly aggregates: boolean
}

function prepare(
  { method, name }: ReadInput,
  { query, media, preferences, profile, aggregates }: Understanding,
  catalog: Catalog,
  { plans, rules: { database, rest } }: UnderstandServices,
): Prepared<ReadPlan> {
  const shape = answerShape(method, media, preferences)
  const answer = `${shapeKey(shape)} ${aggregates}`
  const explained = media.kind === 'plan' ? JSON.stringify(media) : ''
  const key = `${profile.schema}\n${name}\n${query.shape}\n${answer}\n${explained}`
  return plans.reads.get(catalog.version, key, () => {
    const request = { ...query.read, schema: profile.schema, relation: name }
    const plan = planRead(catalog, request, { aggregates, rowsMax: database.rowsMax })
    const context = { serverVersion: catalog.serverVersion, embedsAs: rest.embedsAs }
    const statement =
      media.kind === 'plan'
        ? compileExplain(plan, shape, media, context)
        : compileRead(plan, shape, context)
    const isOurs = media.kind !== 'handler' && media.kind !== 'plan' // Handlers are functions of the database.
    const asked = askedBeside(shape, media, database)
    return {
      plan,
      statement,
      leavesNoTrace: isOurs && leavesNoTrace(plan, catalog),
      cacheability: once(() => cacheabilityOf(plan, catalog, asked)),
    }
  })
}
