import type { IncomingMessage } from 'node:http'
import type { Clock } from '../../../base/index.ts'
import {
  type Cost,
  type Decision,
  errorOf,
  type Limiter,
} from '../../../capabilities/limiter/index.ts'
import {
  BannedError,
  type Measure,
  type Response,
  type SecurityEvent,
  type SecurityMonitor,
} from '../../../capabilities/security/index.ts'
import type { Identity, IdentityService } from '../identity/index.ts'
import type { ClientAddress } from './client-address.ts'
import { Fingerprints } from './fingerprints.ts'
import { shapesInUrl } from './shapes.ts'
import type { Destination } from './subject.ts'
import { endOf, failureOf, passedOf } from './telling.ts'
import { type Outcome, Visit } from './visit.ts'

/** What the guard is given of a request. */
export type Arriving = Pick<IncomingMessage, 'headers' | 'method' | 'url'> & {
  readonly socket: Pick<IncomingMessage['socket'], 'remoteAddress'>
}

/** What its URL says. */
export interface Asked {
  readonly destination: Destination
  /** What it will cost, as far as that can be seen. */
  readonly cost?: Cost | undefined
}

/** What requests are expected to cost the database. */
export interface ExpectedCosts {
  /** A rule counts it, at this moment. */
  readonly isCounted: boolean
  /** By those of this kind that came before. */
  expected(visit: Pick<Visit, 'identity' | 'method' | 'url'>): number
}

/** What stands at the door. What is undefined is switched off. */
export interface GuardParts {
  readonly clientAddress: ClientAddress
  readonly identity: () => IdentityService
  readonly limiter: Limiter | undefined
  readonly monitor: SecurityMonitor | undefined
  /** What requests cost the database, before they have. Default: nobody counts that. */
  readonly costs?: ExpectedCosts | undefined
  /** Writes down what the monitor is told. Default: nobody does. */
  readonly record?: ((event: SecurityEvent) => void) | undefined
  readonly clock: Clock
}

/**
 * Everything that a request passes before it costs anything: cheap before dear, and who is refused is refused before any work.
 *
 * 1. `app.ts`: the Host is ours, the URL is not too long; Node: headers are not too large, and come in time
 * 2. `arrive`: the address is not banned
 * 3. `identify`: the token is right. Who may not log in any more is not even checked; who fails is told of, and counted
 * 4. `admit`: neither user nor token is banned; there is room for a request of this importance; no limit is reached
 * 5. `app.ts`: the body comes in time and is not too large
 * 6. `api/rest`: names, operators and values are such as the database takes (`query/plan`, `api/rest/validation`)
 * 7. `handOver`, before the answer of a read is sent: it is told, and refused where it was too much
 * 8. `leave`, after the answer: what it has cost is settled, what else it was is told
 *
 * A kept answer (`api/rest/hits`) takes the short way, `passNow`: the same questions, as far as they can be answered at once.
 */
export class Guard {
  readonly #parts: GuardParts
  readonly #fingerprints: Fingerprints | undefined
  /** What was decided on the short way against requests that take the whole one now: it is not decided, or counted, twice. */
  readonly #refused = new WeakMap<Arriving, Decision>()

  constructor(parts: GuardParts) {
    this.#parts = parts
    this.#fingerprints = parts.monitor && new Fingerprints(parts.monitor)
  }

  /** Throws ST430. */
  arrive(request: Arriving, asked: Asked): Visit {
    const { monitor } = this.#parts
    const visit = this.#visitOf(request, asked)
    visit.decision = this.#refused.get(request)
    const ban = monitor?.banOf(visit.ip)
    if (ban !== undefined) throw this.#banned(ban)
    return visit
  }

  /** Whose request it is. Throws or rejects with what the identity room throws, ST401, ST402 and ST430. */
  identify(visit: Visit): void | Promise<void> {
    const { monitor } = this.#parts
    const identity = this.#parts.identity()
    const known = identity.recall(visit.headers)
    if (known !== undefined) return this.#is(visit, known)
    const ban = monitor?.loginBanOf(visit.ip)
    if (ban !== undefined) throw this.#banned(ban)
    let found: Identity | Promise<Identity>
    try {
      found = identity.identify(visit.headers)
    } catch (error) {
      return this.#failed(visit, error)
    }
    if (!(found instanceof Promise)) return this.#passed(visit, found)
    return found.then(
      one => this.#passed(visit, one),
      (error: unknown) => this.#failed(visit, error),
    )
  }

  /** Throws or rejects with ST401 to ST403 and ST430. What is counted stays with the visit until it leaves. */
  admit(visit: Visit): void | Promise<void> {
    const { limiter, monitor } = this.#parts
    const ban = monitor?.banOf(visit.ip, visit.user, visit.token)
    if (ban !== undefined) throw this.#banned(ban)
    if (limiter === undefined) return undefined
    if (visit.decision !== undefined) return this.#obey(visit, visit.decision)
    const { subject } = visit
    const overload = limiter.shed(limiter.priorityOf(subject), visit.user ?? visit.ip)
    if (overload !== undefined) throw errorOf(overload)
    const decided = limiter.decide(subject, this.#expectedCost(visit))
    if (decided instanceof Promise) return decided.then(one => this.#obey(visit, one))
    return this.#obey(visit, decided)
  }

  /**
   * All of it for a request that needs no work, if nothing is against it and everything is known at once. Otherwise undefined, and it
   * takes the whole way.
   */
  passNow(request: Arriving, asked: Asked, identity: Identity): Visit | undefined {
    const { limiter, monitor } = this.#parts
    const visit = this.#visitOf(request, asked)
    this.#is(visit, identity)
    if (monitor !== undefined) {
      const { ip, user, token } = visit
      if (monitor.banOf(ip, user, token) !== undefined) return undefined
      if (monitor.tarpitOf(ip, user) > 0) return undefined
    }
    if (limiter === undefined) return visit
    const decision = limiter.decideNow(visit.subject, visit.cost)
    if (decision === undefined) return undefined
    if (!decision.allowed) {
      this.#refused.set(request, decision)
      return undefined
    }
    visit.decision = decision
    return visit
  }

  /** Tells of a URL that looks like an attack. */
  look(visit: Visit, url: string): void {
    if (this.#parts.monitor === undefined) return
    const shapes = shapesInUrl(url)
    if (shapes.length === 0) return
    const detail = [...new Set(shapes)].join(' ')
    this.#tell(visit, { kind: 'pattern.recognised', detail })
  }

  /** What the answer says of limits. */
  headersOf({ decision }: Visit): Readonly<Record<string, string>> {
    const { limiter } = this.#parts
    return decision === undefined || limiter === undefined ? NONE : limiter.headersOf(decision)
  }

  /** How long the answer to somebody waits, in milliseconds; mostly 0. */
  delayOf({ ip, user }: Visit): number {
    return this.#parts.monitor?.tarpitOf(ip, user) ?? 0
  }

  /**
   * At the end: what it has cost is settled, what it was is told. Only the first time counts. Answers with a refusal (ST430) where
   * this was too much: an error can still be answered with it.
   */
  leave(visit: Visit, outcome: Outcome): BannedError | undefined {
    if (visit.hasLeft) return undefined
    visit.hasLeft = true
    this.#settle(visit, outcome)
    const told = visit.isToldOf ? undefined : endOf(visit, outcome)
    const ban = banIn(told && this.#tell(visit, told)) ?? this.#tellRemarks(visit)
    return ban && this.#banned(ban)
  }

  /**
   * Before an answer is sent that is there as a whole: a read is told of now. Answers with a refusal (ST430), to be sent in its
   * place, where it was too much.
   */
  handOver(visit: Visit, outcome: Outcome): BannedError | undefined {
    if (visit.isToldOf || !visit.isRead) return undefined
    const told = endOf(visit, outcome)
    if (told === undefined) return undefined
    visit.isToldOf = true
    const ban = banIn(this.#tell(visit, told)) ?? this.#tellRemarks(visit)
    // Bans of logins keep out nobody who is in already.
    return ban?.scope === 'all' ? this.#banned(ban) : undefined
  }

  #tellRemarks(visit: Visit): Measure | undefined {
    const { remarks } = visit
    if (remarks.length === 0) return undefined
    visit.remarks = []
    const bans = remarks.map(remark => banIn(this.#tell(visit, remark)))
    return bans.find(ban => ban !== undefined)
  }

  #visitOf(request: Arriving, { destination, cost }: Asked): Visit {
    const ip = this.#parts.clientAddress(request)
    const { headers, method = '', url = '/' } = request
    return new Visit({ ip, method, url, headers, destination, cost })
  }

  /** With what the database will take it to cost, where a rule counts that. */
  #expectedCost(visit: Visit): Cost {
    const { costs } = this.#parts
    if (costs?.isCounted !== true) return visit.cost
    return { ...visit.cost, cost: costs.expected(visit) }
  }

  /** What is still being asked of the database is settled when it is known. */
  #settle({ decision, planCost }: Visit, { rows = 0, bytes = 0 }: Outcome): void {
    const { limiter } = this.#parts
    if (decision === undefined || limiter === undefined) return
    if (!(planCost instanceof Promise)) {
      return limiter.settle(decision, { rows, bytes, cost: planCost })
    }
    void planCost.then(cost => limiter.settle(decision, { rows, bytes, cost }))
  }

  #is(visit: Visit, identity: Identity): void {
    visit.identity = identity
    visit.token = this.#fingerprints?.tokenOf(identity, visit.headers)
  }

  #passed(visit: Visit, identity: Identity): void {
    this.#is(visit, identity)
    if (identity.anonymous) return
    this.#heed(this.#tell(visit, passedOf(identity, this.#parts.clock.epochMs())))
  }

  /** Who fails is counted too, as far as that needs nobody's name; whether or not it was an attempt at guessing. */
  #failed(visit: Visit, error: unknown): Promise<void> | never {
    const told = failureOf(error)
    if (told !== undefined) {
      const credentialHash = this.#fingerprints?.credentialOf(visit.headers)
      this.#heed(this.#tell(visit, { ...told, credentialHash, tokenHash: credentialHash }))
    }
    const admitted = this.admit(visit)
    if (admitted === undefined) throw error
    return admitted.then(() => {
      throw error
    })
  }

  #obey(visit: Visit, decision: Decision): void {
    visit.decision = decision
    const { refusal } = decision
    if (refusal !== undefined) throw errorOf(refusal, this.headersOf(visit))
  }

  #heed(response: Response | undefined): void {
    if (response?.kind === 'ban') throw this.#banned(response.measure)
  }

  #tell(visit: Visit, event: NonNullable<ReturnType<typeof endOf>>): Response | undefined {
    const { monitor, record, clock } = this.#parts
    if (monitor === undefined) return undefined
    const { ip, user, token, identity, method, destination, headers } = visit
    // Field by field: spreading takes longer than all else that is done with it.
    const told: SecurityEvent = {
      kind: event.kind,
      atMs: clock.epochMs(),
      ip,
      user,
      role: identity?.role,
      route: routeOf(method, destination),
      status: event.status,
      reason: event.reason,
      credentialHash: event.credentialHash,
      tokenHash: event.tokenHash ?? token,
      issuer: event.issuer,
      tokenLifeMs: event.tokenLifeMs,
      agentHash: this.#fingerprints?.agentOf(headers),
      name: event.name,
      key: event.key,
      sought: event.sought,
      rows: event.rows,
      bytes: event.bytes,
      detail: event.detail,
      isWatched: event.isWatched,
    }
    record?.(told)
    return monitor.tell(told)
  }

  #banned({ untilMs }: Measure): BannedError {
    return new BannedError(untilMs - this.#parts.clock.epochMs())
  }
}

function banIn(response: Response | undefined): Measure | undefined {
  return response?.kind === 'ban' ? response.measure : undefined
}

const NONE: Readonly<Record<string, string>> = Object.freeze({})

/** Of what is known by name; a client's own text would be a route of its own. */
function routeOf(method: string, { table, rpc, endpoint }: Destination): string {
  if (rpc !== undefined) return `${method} /rpc/${rpc}`
  return table === undefined ? `${method} ${endpoint}` : `${method} /${table}`
}
