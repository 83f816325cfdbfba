import { option } from '../../../base/index.ts'

/** What is done about something that JSON allows and programs stumble over. */
export type Policy = 'refuse' | 'allow'

/**
 * What a JSON text may be. The defaults suit a route of one's own, whose body becomes an object of JavaScript; a text that
 * goes on to PostgreSQL as it is may be allowed more.
 */
export interface BodyOptions {
  /** Arrays and objects inside each other. Default 32. */
  depthMax?: number
  /** Members of one object. Default 1_000. */
  keysMax?: number
  /** Items of one array. Default 10_000. */
  itemsMax?: number
  /** One string or key, as UTF-8 without its escapes, in bytes. Default 65_536. */
  stringBytesMax?: number
  /** Values altogether, arrays and objects too. Default 1_000_000. */
  valuesMax?: number
  /** A key that comes twice in one object: readers disagree on which counts. Default refuse. */
  duplicateKeys?: Policy
  /** `__proto__`, and `prototype` directly in `constructor`. Default refuse. */
  pollutingKeys?: Policy
  /** `\u0000`, which PostgreSQL cannot store. Default refuse. */
  nulCharacters?: Policy
  /** Half of a surrogate pair: no character, and no UTF-8. Default refuse. */
  loneSurrogates?: Policy
  /** Escaped control characters but `\t`, `\n` and `\r`. Default allow. */
  controlCharacters?: Policy
  /** Numbers that a double cannot hold. Default refuse. */
  lossyNumbers?: Policy
}
export type BodyRules = Readonly<Required<BodyOptions>>
export const BODY_DEFAULTS: BodyRules = Object.freeze({
  depthMax: 32,
  keysMax: 1_000,
  itemsMax: 10_000,
  stringBytesMax: 65_536,
  valuesMax: 1_000_000,
  duplicateKeys: 'refuse',
  pollutingKeys: 'refuse',
  nulCharacters: 'refuse',
  loneSurrogates: 'refuse',
  controlCharacters: 'allow',
  lossyNumbers: 'refuse',
})
const COUNT_MAX = 100_000_000
const policy = option.oneOf('refuse', 'allow')
export const BODY_CHECKS: option.Checks<BodyOptions> = Object.freeze({
  depthMax: option.integer({ min: 1, max: 1_000 }), // Each level takes a part of the stack.
  keysMax: option.integer({ min: 1, max: COUNT_MAX }),
  itemsMax: option.integer({ min: 1, max: COUNT_MAX }),
  stringBytesMax: option.integer({ min: 1, max: 1_073_741_824 }),
  valuesMax: option.integer({ min: 1, max: COUNT_MAX }),
  duplicateKeys: policy,
  pollutingKeys: policy,
  nulCharacters: policy,
  loneSurrogates: policy,
  controlCharacters: policy,
  lossyNumbers: policy,
})
