import { option } from '../../base/index.ts'

/** How PostgREST's dialect is served. */
export interface RestOptions {
  /** Path before the relations. `/` serves them at the root, as PostgREST does. Default `/rest/v1`. */
  prefix?: string
  /**
   * How embedded objects and arrays are written: `json` with keys in the order of `select`, `jsonb` byte for byte as
   * PostgREST does (shorter keys first, a space after `:` and `,`) for more of PostgreSQL's time. Default `json`.
   */
  embedsAs?: 'json' | 'jsonb'
  /** Function of the served schema whose answer replaces the document at the root of the relations. Default: none. */
  rootFunction?: string | undefined
  /**
   * Heed `Idempotency-Key`. Where its schema is not enabled (`s-tier idempotency enable`), requests with that header answer
   * ST144. Off, the header is ignored, as PostgREST does. Default true.
   */
  idempotency?: boolean
  /** How long the answer to a request with an `Idempotency-Key` is kept, in milliseconds. Default 86_400_000 (1 day). */
  idempotencyKeepMs?: number
  /** Largest such answer that is kept, in bytes; a retry of a request with a larger one answers ST145. Default 1_048_576. */
  idempotencyBytesMax?: number
  /**
   * How long a browser keeps the cookie with the consistency token of its last write, in milliseconds; 0 sends none. Only
   * where there are replicas. Default 300_000 (5 min).
   */
  consistencyCookieMs?: number
  /**
   * Filters, orders and limits may name an embed by its relation although it has an alias, with a `Warning`. Off, only by
   * the alias. Default true.
   */
  legacyTargetNames?: boolean
}
export type RestRules = Readonly<Required<RestOptions>>
export const REST_DEFAULTS: RestRules = Object.freeze({
  prefix: '/rest/v1',
  embedsAs: 'json',
  rootFunction: undefined,
  idempotency: true,
  idempotencyKeepMs: 86_400_000,
  idempotencyBytesMax: 1_048_576,
  consistencyCookieMs: 300_000,
  legacyTargetNames: true,
})
export const REST_CHECKS: option.Checks<RestOptions> = Object.freeze({
  prefix: option.text({ expects: "'/' or a path such as /rest/v1", accepts: isPrefix }),
  embedsAs: option.oneOf('json', 'jsonb'),
  rootFunction: option.text(),
  idempotency: option.flag(),
  idempotencyKeepMs: option.duration({ min: 1_000, max: 2_592_000_000 }),
  idempotencyBytesMax: option.integer({ min: 1_024, max: 67_108_864 }),
  consistencyCookieMs: option.duration({ min: 0, max: 86_400_000 }),
  legacyTargetNames: option.flag(),
})

function isPrefix(text: string): boolean {
  return text === '/' || /^(?:\/[\w.~-]+)+$/.test(text)
}
