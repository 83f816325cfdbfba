import type { RouteOptions } from 'fastify'
import type { Conditions, LimitRule, LimitRules } from './types.ts'

/** What a route says of its limit. Unlike other rules it enforces, unless it says otherwise. */
export interface RouteLimit extends LimitRule {
  /** Routes of one name share its counters; the first says how many. Default: method and URL. */
  readonly name?: string
}

interface Found {
  readonly rule: LimitRule
  readonly endpoints: string[]
}

/** The limits of routes, as rules for their endpoints. */
export class RouteRules {
  readonly #found = new Map<string, Found>()
  /** For some routes no limit holds. */
  haveExempt = false

  get size(): number {
    return this.#found.size
  }

  add({ method, url, config }: RouteOptions): void {
    const limit = config?.limit
    if (limit === false) this.haveExempt = true
    if (limit === undefined || limit === false) return
    const endpoints = [method].flat().map(each => endpointOf(each, url))
    const { name = nameOf(endpoints[0] ?? url), ...rule } = limit
    const found = this.#found.get(name) ?? { rule, endpoints: [] }
    this.#found.set(name, found)
    found.endpoints.push(...endpoints)
  }

  get rules(): LimitRules {
    const rules = [...this.#found].map(([name, { rule, endpoints }]): [string, LimitRule] => {
      const when: Conditions = { ...rule.when, endpoint: endpoints }
      return [name, { mode: 'enforce', ...rule, when }]
    })
    return Object.fromEntries(rules)
  }
}

/** `HEAD` is answered by the route of `GET`, and counts as that. */
export function endpointOf(method: string, url: string): string {
  return `${method === 'HEAD' ? 'GET' : method} ${url}`
}

/** With the characters that a name may have. */
function nameOf(endpoint: string): string {
  return endpoint.replaceAll(/[^\w.:/-]+/g, '-').slice(0, 100)
}
