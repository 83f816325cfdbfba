import type { IncomingHttpHeaders } from 'node:http'
import type { Cost, Decision, Subject } from '../../../capabilities/limiter/index.ts'
import type { SecurityEvent } from '../../../capabilities/security/index.ts'
import type { Identity } from '../identity/index.ts'
import { type Destination, RequestSubject, userOf } from './subject.ts'

/** What there is to know of a request at once. */
export interface Arrived {
  readonly ip: string
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly destination: Destination
  readonly cost?: Cost | undefined
}

/** Something about a request that only those know who understand it. */
export type Remark = Pick<SecurityEvent, 'kind' | 'name' | 'detail' | 'rows' | 'isWatched'>

const NO_REMARKS: readonly Remark[] = Object.freeze([])
const NOTHING_KNOWN: Cost = Object.freeze({})

/** One request on its way through the server: what is known of it by now. */
export class Visit {
  /** As `ClientAddress` writes it. */
  readonly ip: string
  readonly method: string
  readonly url: string
  readonly destination: Destination
  readonly headers: IncomingHttpHeaders
  /** What it will cost, as far as that can be seen. */
  readonly cost: Cost
  identity: Identity | undefined = undefined
  /** The fingerprint of its token. */
  token: number | undefined = undefined
  /** What was counted for it, until that is settled. */
  decision: Decision | undefined = undefined
  /** What the database takes it to cost; a promise, which never rejects, while that is being asked. */
  planCost: number | undefined | Promise<number | undefined> = undefined
  /** What the monitor is told beside how it ended. */
  remarks: readonly Remark[] = NO_REMARKS
  /** The monitor knows how it ended. */
  isToldOf = false
  /** It is settled and told of. */
  hasLeft = false

  constructor({ ip, method, url, headers, destination, cost = NOTHING_KNOWN }: Arrived) {
    this.ip = ip
    this.method = method
    this.url = url
    this.destination = destination
    this.headers = headers
    this.cost = cost
  }

  get user(): string | undefined {
    return userOf(this.identity)
  }

  get isRead(): boolean {
    return this.method === 'GET' || this.method === 'HEAD'
  }

  /** A rule counts what it costs the database. */
  get countsPlanCost(): boolean {
    return this.decision?.claims.some(({ rule }) => rule.weight === 'cost') === true
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
