import type { Catalog } from '../../query/catalog/index.ts'
import type { DatabaseRules } from '../../query/executor/index.ts'
import type { MediaOffer } from './parse/index.ts'

const TYPES = Object.freeze(['application/json', 'text/csv'])
const TYPES_WITH_POSTGIS = Object.freeze([...TYPES, 'application/geo+json'])

/** The media types that can be made of any relation here. */
export function offerOf({ hasPostgis }: Catalog, { planEnabled }: DatabaseRules): MediaOffer {
  return { types: hasPostgis ? TYPES_WITH_POSTGIS : TYPES, plan: planEnabled }
}
