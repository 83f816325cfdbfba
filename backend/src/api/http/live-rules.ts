import type { IncomingHttpHeaders } from 'node:http'
import { type Cors, createCors, type HeaderList } from './cors.ts'
import type { ErrorResponse } from './error-response.ts'
import type { HttpRules } from './options.ts'
import { securityHeaders } from './security-headers.ts'

/** What a running server takes over when its rules change. */
export interface LiveRules {
  readonly cors: Cors
  /** Headers of every answer, and those of CORS to a request that no page of another origin makes. */
  readonly always: HeaderList
  /** Headers that any answer to this request carries: those of CORS, and the one that is repeated. */
  headersFor(request: IncomingHttpHeaders): HeaderList
  /** Whether a request is for a name of this server; the port does not matter. */
  isOurs(host: string | undefined): boolean
  /** An error as clients may read it. */
  shown(error: ErrorResponse): ErrorResponse
}

/** The live rules of this moment, made anew only when the rules are others than before. */
export function createLiveRules(current: () => HttpRules): () => LiveRules {
  let rules = current()
  let live = liveRulesOf(rules)
  return () => {
    if (current() !== rules) {
      rules = current()
      live = liveRulesOf(rules)
    }
    return live
  }
}

function liveRulesOf(rules: HttpRules): LiveRules {
  const cors = createCors(rules.corsOrigins)
  const trace = rules.traceHeader?.toLowerCase()
  return {
    cors,
    always: Object.freeze({ ...securityHeaders(), ...cors.headersFor({}) }),
    headersFor:
      trace === undefined
        ? cors.headersFor
        : request => ({ ...cors.headersFor(request), ...repeated(trace, request[trace]) }),
    isOurs: hostCheck(rules.hosts),
    shown: rules.errorVerbosity === 'verbose' ? error => error : minimal,
  }
}

/** PostgREST: references/observability, "Trace Header". */
function repeated(name: string, value: string | string[] | undefined): HeaderList {
  return value === undefined ? {} : { [name]: String(value) }
}

function hostCheck(hosts: readonly string[]): (header: string | undefined) => boolean {
  if (hosts.length === 0) return () => true
  const names = new Set(hosts.map(host => host.toLowerCase()))
  return header => header !== undefined && names.has(header.toLowerCase().replace(/:\d+$/, ''))
}

/** PostgREST: references/errors, "Client Error Verbosity". */
function minimal({ status, headers, body }: ErrorResponse): ErrorResponse {
  const { code, message } = JSON.parse(body) as { code: unknown; message: unknown }
  return { status, headers, body: JSON.stringify({ code, message }) }
}
