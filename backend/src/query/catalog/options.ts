import { option } from '../../base/index.ts'

/** What of the database is served, and when it is looked at again. */
export interface CatalogOptions {
  /** Schemas a request may choose; the first is the default. Default `['public']`. PostgREST: `db-schemas`. */
  schemas?: readonly string[]
  /**
   * Schemas behind the request's own on the search path: their functions can be computed fields.
   * Default `['public']`. PostgREST: `db-extra-search-path`.
   */
  extraSearchPath?: readonly string[]
  /** Pause between two looks for changed definitions, in milliseconds; 0 looks never. Default 500. */
  checkEveryMs?: number
  /** Channel of `NOTIFY pgrst, 'reload schema'`. Default `'pgrst'`. PostgREST: `db-channel`. */
  channel?: string
  /** Listen on that channel. Switch off behind a pooler in transaction mode. Default true. */
  channelEnabled?: boolean
}
export type CatalogRules = Readonly<Required<CatalogOptions>>
export const CATALOG_DEFAULTS: CatalogRules = Object.freeze({
  schemas: Object.freeze(['public']),
  extraSearchPath: Object.freeze(['public']),
  checkEveryMs: 500,
  channel: 'pgrst',
  channelEnabled: true,
})
export const CATALOG_CHECKS: option.Checks<CatalogOptions> = Object.freeze({
  schemas: option.listOf(option.text()),
  extraSearchPath: option.listOf(option.text()),
  checkEveryMs: option.duration({ min: 0, max: 3_600_000 }),
  channel: option.text(),
  channelEnabled: option.flag(),
})

/** The catalog's own options of what may hold more, completed. The configuration has checked them. */
export function completeOptions(options: CatalogOptions): CatalogRules {
  return Object.freeze({
    schemas: options.schemas ?? CATALOG_DEFAULTS.schemas,
    extraSearchPath: options.extraSearchPath ?? CATALOG_DEFAULTS.extraSearchPath,
    checkEveryMs: options.checkEveryMs ?? CATALOG_DEFAULTS.checkEveryMs,
    channel: options.channel ?? CATALOG_DEFAULTS.channel,
    channelEnabled: options.channelEnabled ?? CATALOG_DEFAULTS.channelEnabled,
  })
}

/** Pauses before the catalog is read again after failures, in milliseconds: doubling, as PostgREST's. */
export const RETRY_AFTER_MS_MIN = 500
export const RETRY_AFTER_MS_MAX = 32_000
