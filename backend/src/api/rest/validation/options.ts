import { option } from '../../../base/index.ts'
import {
  BODY_CHECKS,
  type BodyOptions,
  DECOMPRESSION_CHECKS,
  DECOMPRESSION_DEFAULTS,
  type DecompressionOptions,
} from '../../../capabilities/validation/index.ts'
import { SANITIZE_CHECK, type SanitizedColumns } from './sanitize.ts'

type BodyLimits = Pick<
  BodyOptions,
  'depthMax' | 'keysMax' | 'itemsMax' | 'stringBytesMax' | 'duplicateKeys'
>

/**
 * What requests of the REST dialect may be, beyond what the dialect says. Bodies go on to PostgreSQL as they came, so the defaults
 * refuse nothing that an ordinary client of PostgREST sends.
 */
export interface ValidationOptions extends BodyLimits, DecompressionOptions {
  /** All of this. Default true. */
  enabled?: boolean
  /** Rows and arguments are checked against the catalog before the database is asked. Default true. */
  checks?: boolean
  /**
   * Arrays and objects of a body inside each other; 0: as many as PostgreSQL reads, and what is more than 1_000 levels deep is not looked
   * into. Default 0.
   */
  depthMax?: number
  /** Members of one object of a body. Default 10_000. */
  keysMax?: number
  /** Items of one array of a body, which rows are. Default 1_000_000. */
  itemsMax?: number
  /** One string of a body, in bytes. Default 67_108_864. */
  stringBytesMax?: number
  /** A key that comes twice in one object of a body; PostgreSQL takes the last. Default allow. */
  duplicateKeys?: 'refuse' | 'allow'
  /** Filters of one request, those of its embeds included. Default 1_000. */
  filtersMax?: number
  /** Embeds of one request, those inside others included. Default 200. */
  embedsMax?: number
  /**
   * Columns whose texts are made harmless before they are stored, by `schema.table.column`: 'html', 'markdown' or 'url'. Default: none.
   */
  sanitize?: SanitizedColumns
}
export type ValidationRules = Readonly<Required<ValidationOptions>>
export const VALIDATION_DEFAULTS: ValidationRules = Object.freeze({
  enabled: true,
  checks: true,
  depthMax: 0,
  keysMax: 10_000,
  itemsMax: 1_000_000,
  stringBytesMax: 67_108_864,
  duplicateKeys: 'allow',
  filtersMax: 1_000,
  embedsMax: 200,
  sanitize: Object.freeze({}),
  ...DECOMPRESSION_DEFAULTS,
})
export const VALIDATION_CHECKS: option.Checks<ValidationOptions> = Object.freeze({
  enabled: option.flag(),
  checks: option.flag(),
  depthMax: option.integer({ min: 0, max: 1_000 }),
  keysMax: BODY_CHECKS.keysMax,
  itemsMax: BODY_CHECKS.itemsMax,
  stringBytesMax: BODY_CHECKS.stringBytesMax,
  duplicateKeys: BODY_CHECKS.duplicateKeys,
  filtersMax: option.integer({ min: 1, max: 100_000 }),
  embedsMax: option.integer({ min: 1, max: 10_000 }),
  sanitize: SANITIZE_CHECK,
  ...DECOMPRESSION_CHECKS,
})
