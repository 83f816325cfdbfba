import { option } from '../../../base/index.ts'
import {
  BODY_CHECKS,
  type BodyOptions,
  DECOMPRESSION_CHECKS,
  type DecompressionOptions,
} from '../../../capabilities/validation/index.ts'

type BodyLimits = Pick<
  BodyOptions,
  'depthMax' | 'keysMax' | 'itemsMax' | 'stringBytesMax' | 'duplicateKeys'
>

/** What is looked at of a request, and what becomes of one that is beyond it. One route may have others than the rest. */
export interface RequestLimits extends BodyLimits, DecompressionOptions {
  /**
   * `monitor`: what these limits and checks would refuse is counted and told, and goes on to the database. What cannot be read or
   * unpacked at all is refused in any case. Default enforce.
   */
  mode?: 'enforce' | 'monitor'
  /** Rows and arguments are checked against the catalog before the database is asked. Default true. */
  checks?: boolean
  /** Arrays and objects of a body inside each other; 0: as many as PostgreSQL reads. Default 0. */
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
}

export const LIMIT_CHECKS: option.Checks<RequestLimits> = Object.freeze({
  mode: option.oneOf('enforce', 'monitor'),
  checks: option.flag(),
  depthMax: option.integer({ min: 0, max: 1_000 }),
  keysMax: BODY_CHECKS.keysMax,
  itemsMax: BODY_CHECKS.itemsMax,
  stringBytesMax: BODY_CHECKS.stringBytesMax,
  duplicateKeys: BODY_CHECKS.duplicateKeys,
  filtersMax: option.integer({ min: 1, max: 100_000 }),
  embedsMax: option.integer({ min: 1, max: 10_000 }),
  ...DECOMPRESSION_CHECKS,
})
