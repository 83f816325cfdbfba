// The database described: read from pg_catalog in one snapshot, kept current, never changed in place.
export { doubtsOf } from './doubts.ts'
export { MissingSchemaError, UnsupportedServerError } from './errors.ts'
export type { CatalogCounts, CatalogEvent } from './events.ts'
export { findRelation, relationshipsFrom } from './find.ts'
export {
  type CatalogKeeper,
  type CatalogKeeperParts,
  createCatalogKeeper,
  type NotificationListener,
} from './keeper.ts'
export { loadCatalog } from './load.ts'
export {
  CATALOG_CHECKS,
  CATALOG_DEFAULTS,
  type CatalogOptions,
  type CatalogRules,
} from './options.ts'
export type { Queryable } from './queryable.ts'
export type * from './types.ts'
export { relationKey } from './types.ts'
