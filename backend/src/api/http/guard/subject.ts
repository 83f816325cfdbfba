import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { createSecondChanceCache } from '../../../base/index.ts'
import type { Identity } from '../identity/index.ts'

/** What a path stands for, for those who count by it. */
export interface Destination {
  /** The path without what all paths of its API begin with: `/orders`, `/rpc/report`. */
  readonly endpoint: string
  readonly table?: string | undefined
  readonly rpc?: string | undefined
}

/** What is known of a request before it is understood. */
export interface Arrival {
  /** As `ClientAddress` writes it. */
  readonly ip: string
  readonly method: string
  readonly destination: Destination
  readonly headers: IncomingHttpHeaders
}

const CLAIM = 'claims.'

/**
 * Who asks what, by name: `ip`, `method`, `endpoint`, `table`, `rpc`, `apiKey`, and with an identity `role`, `user` (the claim `sub`) and
 * `claims.` with the name of a claim that is one value.
 */
export class RequestSubject {
  readonly #arrival: Arrival
  readonly #identity: Identity | undefined

  constructor(arrival: Arrival, identity: Identity | undefined) {
    this.#arrival = arrival
    this.#identity = identity
  }

  attribute(name: string): string | undefined {
    switch (name) {
      case 'ip':
        return this.#arrival.ip
      case 'method':
        return this.#arrival.method
      case 'endpoint':
        return this.#arrival.destination.endpoint
      case 'table':
        return this.#arrival.destination.table
      case 'rpc':
        return this.#arrival.destination.rpc
      case 'role':
        return this.#identity?.role
      case 'user':
        return userOf(this.#identity)
      case 'apiKey':
        return apiKeyOf(this.#arrival.headers)
      default:
        return name.startsWith(CLAIM) ? this.#claim(name.slice(CLAIM.length)) : undefined
    }
  }

  #claim(name: string): string | undefined {
    const claims = this.#identity?.claims
    if (claims === undefined || !Object.hasOwn(claims, name)) return undefined
    const value = claims[name]
    if (typeof value === 'string') return value
    return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
  }
}

/** Whom a token is about. RFC 7519, section 4.1.2. */
export function userOf(identity: Identity | undefined): string | undefined {
  const subject = identity?.claims['sub']
  return typeof subject === 'string' ? subject : undefined
}

/** Headers that carry one, the first that is there. */
const API_KEYS = ['apikey', 'x-api-key'] as const
const DIGESTS_MAX = 1_000

const digests = createSecondChanceCache<string>(DIGESTS_MAX)

/** A digest, the same in every process: keys are long and random, and none is to be read from a report. */
function apiKeyOf(headers: IncomingHttpHeaders): string | undefined {
  for (const name of API_KEYS) {
    const value = headers[name]
    if (value !== undefined) return digestOf(String(value))
  }
  return undefined
}

function digestOf(key: string): string {
  const known = digests.get(key)
  if (known !== undefined) return known
  const digest = createHash('sha256').update(key).digest('base64url').slice(0, DIGEST_LENGTH)
  digests.set(key, digest)
  return digest
}

const DIGEST_LENGTH = 16
