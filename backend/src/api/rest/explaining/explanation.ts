import type { Cacheable } from '../../../query/cacheability/index.ts'
import type { JournalAccess } from '../../../capabilities/events/index.ts'
import {
  type CachingRules,
  type Eligible,
  eligibilityOf,
  type Execution,
  type Ineligible,
  type JournalFollower,
  PlanPolicies,
  type TablePolicy,
} from '../../../query/executor/index.ts'
import { type ExplainedRequest, type ExplainingServices, executionOf } from './execution.ts'
import { type Hindrance, hindrance, unheard } from './remedies.ts'

/** What the cache does with a request, and by what. */
export interface CacheExplanation {
  readonly method: string
  readonly url: string
  readonly role: string
  readonly isKept: boolean
  /** Why it is not kept. */
  readonly hindrances: readonly Hindrance[]
  /** How long; undefined where it is not kept. */
  readonly times: ExplainedTimes | undefined
  /** What the answer is read from, as far as that is known. */
  readonly tables: readonly ExplainedTable[]
  /** What else two requests must have in common to share an answer; undefined where it is not kept. */
  readonly key: ExplainedKey | undefined
}

export interface ExplainedTimes {
  readonly ttlMs: number
  readonly staleWhileRevalidateMs: number
  readonly staleIfErrorMs: number
}

export interface ExplainedTable {
  /** `public.products`. */
  readonly name: string
  readonly kind: string
  readonly isJournaled: boolean
  /** Which of its changes make the answer old: those of these rows, of rows that pass the filters, or all. */
  readonly changes: 'row' | 'predicate' | 'table'
  /** Of `row`: the primary keys, each a list of texts. */
  readonly rows: readonly (readonly string[])[] | undefined
  /** What `cache.tables` says of it. */
  readonly policy: TablePolicy | undefined
}

export interface ExplainedKey {
  readonly role: string
  /** Names of the claims that count; `all`: the whole text of them. */
  readonly claims: 'none' | 'all' | readonly string[]
  readonly searchPath: string
  readonly settings: readonly (readonly [name: string, value: string])[]
  /** The values of the request. */
  readonly parameters: readonly (string | null)[]
}

/** What is known of the journal. */
export interface KnownJournal extends Pick<JournalFollower, 'state' | 'isJournaled'> {
  /** Whether this login may follow it. */
  readonly access: JournalAccess
}

export interface ExplanationServices extends ExplainingServices {
  readonly caching: CachingRules
  readonly journal: KnownJournal
}

/** Says what the cache would do with a request, without sending it. Rejects with the dialect's errors. */
export async function explainCache(
  request: ExplainedRequest,
  services: ExplanationServices,
): Promise<CacheExplanation> {
  const { caching: rules, journal } = services
  const catalog = services.catalog()
  const found = await executionOf(request, services)
  const execution = typeof found === 'string' ? undefined : found
  const policies = new PlanPolicies({
    rules: () => rules,
    catalog: () => catalog,
    follower: journal,
    history: () => undefined,
  })
  const verdict = typeof found === 'string' ? found : judged(found, policies)
  const plan = planOf(execution)
  const isKept = rules.enabled && typeof verdict === 'object'
  const known = execution && plan && { execution, plan }
  return {
    method: request.method,
    url: request.url,
    role: request.identity.role,
    isKept,
    hindrances: hindrancesOf(verdict, execution, services),
    times: isKept ? timesOf(verdict) : undefined,
    tables: known === undefined ? [] : tablesOf(known, services),
    key: isKept && known !== undefined ? keyOf(known) : undefined,
  }
}

/** A request without `caching` is one that changes something, or that brings too much to be a key. */
function judged(execution: Execution, policies: PlanPolicies): Eligible | Ineligible {
  const { caching } = execution
  return caching === undefined ? 'written' : eligibilityOf(execution, caching, policies)
}

/** What is read, and what is known of its answer. */
interface Known {
  readonly execution: Execution
  readonly plan: Cacheable
}

function planOf(execution: Execution | undefined): Cacheable | undefined {
  const cacheability = execution?.caching?.cacheability
  return cacheability?.cacheable === true ? cacheability : undefined
}

function hindrancesOf(
  verdict: Eligible | Ineligible | 'root',
  execution: Execution | undefined,
  { caching: { enabled }, journal }: ExplanationServices,
): readonly Hindrance[] {
  const cacheability = execution?.caching?.cacheability
  const ofPlan =
    cacheability?.cacheable === false
      ? cacheability.reasons.map(({ code, message }) => hindrance(code, message))
      : []
  const isOther = typeof verdict === 'string' && !ofPlan.some(({ code }) => code === verdict)
  const other = verdict === 'absent' ? unheard(journal.access) : isOther && hindrance(verdict)
  return [...(enabled ? [] : [hindrance('disabled')]), ...ofPlan, ...(other ? [other] : [])]
}

function timesOf({ policy }: Eligible): ExplainedTimes {
  const { ttlMs, staleWhileRevalidateMs, staleIfErrorMs } = policy
  return { ttlMs, staleWhileRevalidateMs, staleIfErrorMs }
}

function keyOf({ plan: { claims }, execution: { context, parameters } }: Known): ExplainedKey {
  const { role, searchPath, settings } = context
  return { role, claims, searchPath, settings, parameters }
}

function tablesOf(
  { plan, execution }: Known,
  { catalog, caching, journal }: ExplanationServices,
): readonly ExplainedTable[] {
  const dependencies = plan.dependencies(execution.parameters)
  const relations = new Map([...catalog().relations.values()].map(one => [one.oid, one]))
  return plan.relations.flatMap(oid => {
    const relation = relations.get(oid)
    if (relation === undefined) return [] // Dropped meanwhile.
    const name = `${relation.schema}.${relation.name}`
    return {
      name,
      kind: relation.kind,
      isJournaled: journal.isJournaled(oid),
      ...changesOf(dependencies.filter(({ tag }) => tag === String(oid))),
      policy: Object.hasOwn(caching.tables, name) ? caching.tables[name] : undefined,
    }
  })
}

type Dependencies = ReturnType<Cacheable['dependencies']>

/** The widest of several counts. */
function changesOf(dependencies: Dependencies): Pick<ExplainedTable, 'changes' | 'rows'> {
  const isWhole = dependencies.some(({ keys, test }) => keys === undefined && test === undefined)
  if (isWhole || dependencies.length === 0) return { changes: 'table', rows: undefined }
  if (dependencies.some(({ keys }) => keys === undefined)) {
    return { changes: 'predicate', rows: undefined }
  }
  const keys = new Set(dependencies.flatMap(one => one.keys ?? []))
  return { changes: 'row', rows: [...keys].map(key => JSON.parse(key) as readonly string[]) }
}
