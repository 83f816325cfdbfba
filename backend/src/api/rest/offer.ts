import {
  type Catalog,
  handlerOf,
  type MediaHandler,
  type RelationRef,
  relationKey,
  type Routine,
} from '../../query/catalog/index.ts'
import type { DatabaseRules } from '../../query/executor/index.ts'
import type { SelectRequest } from '../../query/plan/index.ts'
import type { MediaHandlers, MediaOffer } from './parse/index.ts'

const TYPES = Object.freeze(['application/json', 'text/csv'])
const TYPES_WITH_POSTGIS = Object.freeze([...TYPES, 'application/geo+json'])

/** What is answered, as far as handlers of the database depend on it. */
export interface Resource {
  /** Whose rows they are. A name that the catalog does not have has no handlers. */
  readonly relation?: RelationRef | undefined
  /** What is called, instead. */
  readonly routine?: Routine | undefined
  /** Whole rows: a handler that belongs to one relation or function takes no others. */
  readonly select: readonly SelectRequest[]
}

/** The media types that can be made of a resource. PostgREST: references/api/media_type_handlers. */
export function offerOf(
  catalog: Catalog,
  { planEnabled }: DatabaseRules,
  resource: Resource,
): MediaOffer {
  return {
    types: catalog.hasPostgis ? TYPES_WITH_POSTGIS : TYPES,
    handlers: catalog.mediaHandlers.length === 0 ? undefined : handlersOf(catalog, resource),
    plan: planEnabled,
  }
}

function handlersOf(catalog: Catalog, resource: Resource): MediaHandlers {
  const { ofAnything, byRelation } = tableOf(catalog)
  if (!isWhole(resource.select)) return { own: NONE, anything: ofAnything }
  const own = resource.routine && handlerOf(resource.routine)
  if (own !== undefined) return { own: new Map([[own.mediaType, own]]), anything: ofAnything }
  const relation = relationOf(resource)
  const ofRelation = relation && byRelation.get(relationKey(relation.schema, relation.name))
  return { own: ofRelation ?? NONE, anything: ofAnything }
}

/** `select=*`, which is what no `select` means too. */
function isWhole(select: readonly SelectRequest[]): boolean {
  return select.length === 1 && select[0]?.kind === 'star'
}

function relationOf({ relation, routine }: Resource): RelationRef | undefined {
  if (routine === undefined) return relation
  return routine.returns.kind === 'relation' ? routine.returns.relation : undefined
}

type ByType = Map<string, MediaHandler>

interface HandlerTable {
  readonly ofAnything: ByType
  readonly byRelation: ReadonlyMap<string, ByType>
}

const NONE: ByType = new Map()
const tables = new WeakMap<Catalog, HandlerTable>()

/** Made once for each catalog. */
function tableOf(catalog: Catalog): HandlerTable {
  const known = tables.get(catalog)
  if (known !== undefined) return known
  const made = createTable(catalog)
  tables.set(catalog, made)
  return made
}

/** Of two handlers for the same, the one in the schema that is configured first holds. */
function createTable({ mediaHandlers, schemas }: Catalog): HandlerTable {
  const ofAnything: ByType = new Map()
  const byRelation = new Map<string, ByType>()
  const aggregates = mediaHandlers.filter(({ aggregate }) => aggregate)
  const placeOf = (handler: MediaHandler) => schemas.indexOf(handler.function.schema)
  for (const handler of aggregates.sort((one, other) => placeOf(one) - placeOf(other))) {
    const { relation, mediaType } = handler
    const handlers = relation === null ? ofAnything : handlersFor(byRelation, relation)
    if (!handlers.has(mediaType)) handlers.set(mediaType, handler)
  }
  return { ofAnything, byRelation }
}

function handlersFor(byRelation: Map<string, ByType>, { schema, name }: RelationRef): ByType {
  const key = relationKey(schema, name)
  const handlers = byRelation.get(key) ?? new Map<string, MediaHandler>()
  byRelation.set(key, handlers)
  return handlers
}
