// The database described: read from pg_catalog in one snapshot, kept current, never changed in place.
export {
  type DatabaseSettings,
  PreConfigError,
  readDatabaseSettings,
  type SettingsQuestion,
} from './database-settings.ts'
export { examineDatabase } from './doctor/doctor.ts'
export type { Examined, Finding, FindingCode, Level } from './doctor/finding.ts'
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
export { parseConstraint, type Term } from './constraint.ts'
export { handlerOf } from './media-handlers.ts'
export {
  CATALOG_CHECKS,
  CATALOG_DEFAULTS,
  type CatalogOptions,
  type CatalogRules,
} from './options.ts'
export { hasFunction } from './pre-request.ts'
export type { Queryable } from './queryable.ts'
export { isolationOf } from './roles.ts'
export { ALL_RIGHTS, createRights, type Rights } from './rights.ts'
export type * from './types.ts'
export { relationKey } from './types.ts'
