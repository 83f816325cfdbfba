import { option } from '../../base/index.ts'

/** Where PostgREST's dialect is served. */
export interface RestOptions {
  /** Path before the relations. `/` serves them at the root, as PostgREST does. Default `/rest/v1`. */
  prefix?: string
}
export type RestRules = Readonly<Required<RestOptions>>
export const REST_DEFAULTS: RestRules = Object.freeze({ prefix: '/rest/v1' })
export const REST_CHECKS: option.Checks<RestOptions> = Object.freeze({
  prefix: option.text({ expects: "'/' or a path such as /rest/v1", accepts: isPrefix }),
})

function isPrefix(text: string): boolean {
  return text === '/' || /^(?:\/[\w.~-]+)+$/.test(text)
}
