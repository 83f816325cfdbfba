import { option } from '../../../base/index.ts'
import { DECOMPRESSION_DEFAULTS } from '../../../capabilities/validation/index.ts'
import { LIMIT_CHECKS, type RequestLimits } from './limits.ts'
import { PERSONAL_CHECK } from './personal.ts'
import { ROUTES_CHECK, type RoutesLimits } from './routes.ts'
import { SANITIZE_CHECK, type SanitizedColumns } from './sanitize.ts'

/**
 * What requests of the REST dialect may be, beyond what the dialect says. Bodies go on to PostgreSQL as they came, so the defaults
 * refuse nothing that an ordinary client of PostgREST sends.
 */
export interface ValidationOptions extends RequestLimits {
  /** All of this. Default true. */
  enabled?: boolean
  /**
   * Of single routes, what is not as for all: `POST /orders`, `/orders` for all its methods, or `/rpc/total`, each with a mode, limits
   * or both. Default: none.
   */
  routes?: RoutesLimits
  /**
   * Columns whose texts are made harmless before they are stored, by `schema.table.column`: 'html', 'markdown' or 'url'. Default: none.
   */
  sanitize?: SanitizedColumns
  /**
   * Columns with data about persons, by `schema.table.column`; reading them is told to the security monitor. So are those whose
   * comment says `@personal`. Default: none.
   */
  personal?: readonly string[]
}
export type ValidationRules = Readonly<Required<ValidationOptions>>
export const VALIDATION_DEFAULTS: ValidationRules = Object.freeze({
  enabled: true,
  mode: 'enforce',
  checks: true,
  depthMax: 0,
  keysMax: 10_000,
  itemsMax: 1_000_000,
  stringBytesMax: 67_108_864,
  duplicateKeys: 'allow',
  filtersMax: 1_000,
  embedsMax: 200,
  routes: Object.freeze({}),
  sanitize: Object.freeze({}),
  personal: Object.freeze([]),
  ...DECOMPRESSION_DEFAULTS,
})
export const VALIDATION_CHECKS: option.Checks<ValidationOptions> = Object.freeze({
  enabled: option.flag(),
  ...LIMIT_CHECKS,
  routes: ROUTES_CHECK,
  sanitize: SANITIZE_CHECK,
  personal: PERSONAL_CHECK,
})
