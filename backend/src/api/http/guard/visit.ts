import type { IncomingHttpHeaders } from 'node:http'
import type { Cost, Decision, Subject } from '../../../capabilities/limiter/index.ts'
import type { Identity } from '../identity/index.ts'
import { type Destination, RequestSubject, userOf } from './subject.ts'

/** What there is to know of a request at once. */
export interface Arrived {
  readonly ip: string
  readonly method: string
  readonly headers: IncomingHttpHeaders
  readonly destination: Destination
  readonly cost?: Cost | undefined
}

const NOTHING_KNOWN: Cost = Object.freeze({})

/** One request on its way through the server: what is known of it by now. */
export class Visit {
  /** As `ClientAddress` writes it. */
  readonly ip: string
  readonly method: string
  readonly destination: Destination
  readonly headers: IncomingHttpHeaders
  /** What it will cost, as far as that can be seen. */
  readonly cost: Cost
  identity: Identity | undefined = undefined
  /** The fingerprint of its token. */
  token: number | undefined = undefined
  /** What was counted for it, until that is settled. */
  decision: Decision | undefined = undefined
  /** It is settled and told of. */
  hasLeft = false

  constructor({ ip, method, headers, destination, cost = NOTHING_KNOWN }: Arrived) {
    this.ip = ip
    this.method = method
    this.destination = destination
    this.headers = headers
    this.cost = cost
  }

  get user(): string | undefined {
    return userOf(this.identity)
  }

  get subject(): Subject {
    return new RequestSubject(this, this.identity)
  }
}

/** How a request ended. */
export interface Outcome {
  readonly status: number
  /** Of an error. */
  readonly code?: string | undefined
  /** What was sent is not as it has to be. */
  readonly isInvalid?: boolean
  readonly rows?: number | undefined
  readonly bytes?: number | undefined
  /** The one value that was looked for, and in which column. */
  readonly sought?: Sought | undefined
}

export interface Sought {
  /** `orders.id`. */
  readonly key: string
  readonly value: string
}
