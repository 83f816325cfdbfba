import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { networkOf, type SecondChanceCache } from '../../base/index.ts'
import { endpointOf } from './route-rules.ts'
import type { Subject } from './types.ts'

/** Attributes of a request, by name. */
export type Attributes = Readonly<Record<string, (request: FastifyRequest) => string | undefined>>

/** A request, as rules see it. */
export class RequestSubject implements Subject {
  readonly #request: FastifyRequest
  readonly #attributes: Attributes

  readonly #networks: SecondChanceCache<string>
  #route: FastifyRequest['routeOptions'] | undefined = undefined

  /** `networks`: of addresses that were seen before. */
  constructor(
    request: FastifyRequest,
    attributes: Attributes,
    networks: SecondChanceCache<string>,
  ) {
    this.#request = request
    this.#attributes = attributes
    this.#networks = networks
  }

  /** Fastify puts it together each time it is asked for. */
  get route(): FastifyRequest['routeOptions'] {
    return (this.#route ??= this.#request.routeOptions)
  }

  attribute(name: string): string | undefined {
    const given = Object.hasOwn(this.#attributes, name) ? this.#attributes[name] : undefined
    if (given !== undefined) return given(this.#request)
    switch (name) {
      case 'ip':
        return this.#network()
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
    return url === undefined ? undefined : endpointOf(this.#request.method, url)
  }

  #network(): string | undefined {
    const { ip } = this.#request
    const known = this.#networks.get(ip)
    if (known !== undefined) return known
    const network = networkOf(ip)
    if (network !== undefined) this.#networks.set(ip, network)
    return network
  }

  /** Never as it came: keys of counters are shown, and kept elsewhere. */
  #apiKey(): string | undefined {
    const { headers } = this.#request
    const key = headers['x-api-key'] ?? headers['apikey']
    if (typeof key !== 'string' || key === '') return undefined
    return createHash('sha256').update(key).digest('base64url')
  }
}
