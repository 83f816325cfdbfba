import type { IncomingMessage, ServerResponse } from 'node:http'
import helmet from 'helmet'
import type { HeaderList } from './cors.ts'

/**
 * The headers that helmet would set on every answer of an API, computed once: nothing in them depends on the
 * request, and @fastify/helmet builds its middleware anew for each one.
 *
 * An answer here is data, never a page: nothing may be loaded, framed or run from it. Cross-origin reading is CORS's
 * affair, so Cross-Origin-Resource-Policy does not forbid it a second time.
 */
export function securityHeaders(): HeaderList {
  const headers: Record<string, string> = {}
  const middleware = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    crossOriginResourcePolicy: { policy: 'cross-origin' },
    // These concern documents only.
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xXssProtection: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
  })
  const sink = {
    setHeader: (name: string, value: string) => {
      headers[name.toLowerCase()] = value
    },
    removeHeader: () => undefined,
  }
  const request: unknown = {}
  middleware(request as IncomingMessage, sink as unknown as ServerResponse, () => undefined)
  return Object.freeze(headers)
}
