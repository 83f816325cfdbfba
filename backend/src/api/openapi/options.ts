import { option } from '../../base/index.ts'

/** What the documents of the API tell, and to whom. */
export interface OpenApiOptions {
  /**
   * `follow-privileges` describes what the caller's role may use, `ignore-privileges` all that is served, `disabled`
   * nothing: the documents answer 404 then. Default `follow-privileges`.
   */
  mode?: 'follow-privileges' | 'ignore-privileges' | 'disabled'
  /**
   * Say in the document of Swagger 2.0 that a token goes into `Authorization`; that of OpenAPI 3.1 always says so.
   * Default false.
   */
  securityActive?: boolean
  /**
   * URL under which clients reach the relations, for servers behind a proxy, such as `https://api.example/rest/v1`.
   * Default: none, and the documents name the address that was asked.
   */
  serverUrl?: string | undefined
  /** Serve the interactive page `/docs`, which shows the document of OpenAPI 3.1. Default true. */
  docs?: boolean
}
export type OpenApiRules = Readonly<Required<OpenApiOptions>>
export const OPENAPI_DEFAULTS: OpenApiRules = Object.freeze({
  mode: 'follow-privileges',
  securityActive: false,
  serverUrl: undefined,
  docs: true,
})
export const OPENAPI_CHECKS: option.Checks<OpenApiOptions> = Object.freeze({
  mode: option.oneOf('follow-privileges', 'ignore-privileges', 'disabled'),
  securityActive: option.flag(),
  serverUrl: option.text({
    expects: 'a URL such as https://api.example/rest/v1',
    accepts: isServerUrl,
  }),
  docs: option.flag(),
})

function isServerUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}
