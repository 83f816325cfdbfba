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
}
export type RestRules = Readonly<Required<RestOptions>>
export const REST_DEFAULTS: RestRules = Object.freeze({ prefix: '/rest/v1', embedsAs: 'json' })
export const REST_CHECKS: option.Checks<RestOptions> = Object.freeze({
  prefix: option.text({ expects: "'/' or a path such as /rest/v1", accepts: isPrefix }),
  embedsAs: option.oneOf('json', 'jsonb'),
})

function isPrefix(text: string): boolean {
  return text === '/' || /^(?:\/[\w.~-]+)+$/.test(text)
}
