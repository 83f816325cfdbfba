import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { createSecondChanceCache, networkOf } from '../../base/index.ts'
import { endpointOf } from './route-rules.ts'
import type { Subject } from './types.ts'

/** Attributes of a request, by name. */
export type Attributes = Readonly<Record<string, (request: FastifyRequest) => string | undefined>>

/** Addresses of which the network is remembered. */
const NETWORKS_MAX = 10_000

/** Where attributes come from that are the same for many requests: texts made once are found again by those who count with less work. */
export class AttributeSources {
  readonly #given: ReadonlyMap<string, Attributes[string]>
  readonly #networks = createSecondChanceCache<string>(NETWORKS_MAX)
  /** By URL and method: as many as there are routes. */
  readonly #endpoints = new Map<string, Map<string, string>>()

  constructor(given: Attributes) {
    this.#given = new Map(Object.entries(given))
  }

  given(name: string): Attributes[string] | undefined {
    return this.#given.get(name)
  }

  networkOf(ip: string): string | undefined {
    const known = this.#networks.get(ip)
    if (known !== undefined) return known
    const network = networkOf(ip)
    if (network !== undefined) this.#networks.set(ip, network)
    return network
  }

  /** `url`: as the route was registered. */
  endpointOf(method: string, url: string): string {
    return this.#endpoints.get(url)?.get(method) ?? this.#newEndpoint(method, url)
  }

  #newEndpoint(method: string, url: string): string {
    const methods = this.#endpoints.get(url) ?? new Map<string, string>()
    const endpoint = endpointOf(method, url)
    this.#endpoints.set(url, methods.set(method, endpoint))
    return endpoint
  }
}

/** A request, as rules see it. */
export class RequestSubject implements Subject {
  readonly #request: FastifyRequest
  readonly #sources: AttributeSources
  #route: FastifyRequest['routeOptions'] | undefined = undefined

  constructor(request: FastifyRequest, sources: AttributeSources) {
    this.#request = request
    this.#sources = sources
  }

  /** Fastify puts it together each time it is asked for. */
  get route(): FastifyRequest['routeOptions'] {
    return (this.#route ??= this.#request.routeOptions)
  }

  attribute(name: string): string | undefined {
    const given = this.#sources.given(name)
    if (given !== undefined) return given(this.#request)
    switch (name) {
      case 'ip':
        return this.#sources.networkOf(this.#request.ip)
      case 'method':
        return this.#request.method
      case 'endpoint':
        return this.#endpoint()
      case 'apiKey':
        return this.#apiKey()
      default:
        return undefined
    }
  }

  /** The route as it was registered: a path that anybody may choose would have a counter each. */
  #endpoint(): string | undefined {
    const { url } = this.route
    return url === undefined ? undefined : this.#sources.endpointOf(this.#request.method, url)
  }

  /** Never as it came: keys of counters are shown, and kept elsewhere. */
  #apiKey(): string | undefined {
    const { headers } = this.#request
    const key = headers['x-api-key'] ?? headers['apikey']
    if (typeof key !== 'string' || key === '') return undefined
    return createHash('sha256').update(key).digest('base64url')
  }
}
