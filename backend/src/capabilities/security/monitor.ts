import { randomUUID } from 'node:crypto'
import { type Clock, ignoreEvents, type Observer, option, systemClock } from '../../base/index.ts'
import type { Alert, OnAlert, Outcome } from './alert.ts'
import { AlertBook } from './alert-book.ts'
import { type ChainRecord, CHAIN_ORIGIN, createChain, type RecordKind } from './chain.ts'
import type { Finding } from './detectors/detector.ts'
import { Regulars } from './detectors/regulars.ts'
import { canAnswer, Escalation } from './escalation.ts'
import type { SecurityMonitorEvent } from './events.ts'
import { Evidence } from './evidence.ts'
import { allowList } from './exemptions.ts'
import { Facts } from './facts.ts'
import { Honeypots } from './honeypots.ts'
import { Blocking } from './lists/blocking.ts'
import { Measures, principalKey } from './measures.ts'
import type { Decision, OrderedBan, SecurityMonitor } from './monitor-types.ts'
import { createNetworks } from './network.ts'
import {
  SECURITY_CHECKS,
  SECURITY_DEFAULTS,
  type SecurityOptions,
  type SecuritySettings,
} from './options.ts'
import type { SecurityReport } from './report.ts'
import type { RuleSettings, SecurityRules } from './rule.ts'
import { type ActiveRule, type KindBook, RuleBook } from './rule-book.ts'
import { settleRules } from './rule-check.ts'
import { createSecrets, type Secrets } from './secrets.ts'
import type { SecurityRedis } from './shared/redis.ts'
import { Sharing } from './shared/sharing.ts'
import { nameOf, shown, shownPrincipal } from './shown.ts'
import { Seen } from './tables/seen.ts'
import { Timeline } from './timeline.ts'
import {
  type Ban,
  EVENT_KINDS,
  type EventKind,
  type Measure,
  NOTHING,
  type Principal,
  type Response,
  type SecurityEvent,
} from './types.ts'

export interface SecuritySetup extends SecurityOptions {
  /** Shares counts and decisions with other processes. Default: none, and this one goes by what it sees itself. */
  readonly redis?: SecurityRedis | undefined
  /** Before the channel and keys in Redis. Default `security`. */
  readonly keyPrefix?: string
  /**
   * From it come fingerprints and the key of the record. All processes that share need the same. Default: a random one, and wrong
   * credentials are told apart by this process alone.
   */
  readonly secret?: string | undefined
  /** The name of this process, which no other has. Default: a random one. */
  readonly node?: string
  /** Keeps the record of alerts and decisions. It must not wait. */
  readonly journal?: ((record: ChainRecord) => void) | undefined
  /** The last entry of the journal, where it goes on. */
  readonly journalAfter?: Pick<ChainRecord, 'sequence' | 'hash'> | undefined
  readonly clock?: Clock
  readonly observe?: Observer<SecurityMonitorEvent>
}

/** Measures at once. */
const MEASURES_MAX = 100_000
/** Of the principals that are told apart, one in so many is counted exactly at a time. */
const PRINCIPALS_PER_PLACE = 16
const BY_HAND = 'by-hand'
/** Who has undone what was done about somebody who is allowed now. */
const ALLOWED = 'security.allow'
const LATEST = 50

/** Watches what it is told. `start` is only needed with `redis` and `blockLists`. Throws ST001. */
export function createSecurityMonitor(setup: SecuritySetup = {}): SecurityMonitor {
  const { redis, keyPrefix, secret, node, journal, journalAfter, clock, observe, ...options } =
    setup
  const settings = option.settled('security', options, SECURITY_CHECKS, SECURITY_DEFAULTS)
  return new Monitor(setup, settings)
}

class Monitor implements SecurityMonitor {
  readonly #settings: SecuritySettings
  readonly #clock: Clock
  readonly #observe: Observer<SecurityMonitorEvent>
  readonly #node: string
  readonly #secrets: Secrets
  readonly #seen: Seen
  readonly #attempts: Seen
  readonly #regulars: Regulars
  readonly #facts: Facts
  readonly #rules: RuleBook
  readonly #measures = new Measures(MEASURES_MAX)
  readonly #escalation = new Escalation()
  readonly #evidence = new Evidence()
  readonly #book = new AlertBook()
  readonly #timeline = new Timeline()
  readonly #honeypots: Honeypots
  #isAllowed: (principal: Principal) => boolean
  readonly #networkOf = createNetworks()
  readonly #blocking: Blocking
  readonly #chain
  readonly #journal: SecuritySetup['journal']
  readonly #alertListeners = new Set<OnAlert>()
  readonly #decisionListeners = new Set<(decision: Decision) => void>()
  readonly #sharing: Sharing | undefined
  #chainHead = CHAIN_ORIGIN
  #alerts = 0

  constructor(setup: SecuritySetup, settings: SecuritySettings) {
    const { node = randomUUID().slice(0, 8), clock = systemClock, observe = ignoreEvents } = setup
    this.#settings = settings
    this.#clock = clock
    this.#observe = observe
    this.#node = node
    this.#secrets = createSecrets(setup.secret, node)
    this.#journal = setup.journal
    const key = this.#secrets.chainKey
    this.#chain = createChain({ node, key, after: setup.journalAfter })
    const places = settings.principalsMax / PRINCIPALS_PER_PLACE
    this.#seen = new Seen(places * 4)
    this.#attempts = new Seen(places * 4)
    this.#regulars = new Regulars(places)
    this.#facts = new Facts(this.#secrets.seeds, this.#attempts)
    this.#honeypots = new Honeypots(settings.honeypots, this.#secrets.fingerprint)
    this.#isAllowed = allowList(settings.allow)
    this.#blocking = new Blocking({
      lists: settings.blockLists,
      isAllowed: ip => this.#isAllowed({ kind: 'ip', ip }),
      ...{ node, clock, observe },
    })
    this.#sharing = setup.redis && this.#share(setup.redis, setup.keyPrefix)
    const together = this.#sharing?.counts
    const parts = { places, seen: this.#seen, regulars: this.#regulars, together }
    this.#rules = new RuleBook(parts)
    this.#rules.replace(settleRules(settings.rules))
  }

  tell(event: SecurityEvent): Response {
    const { kind } = event
    const book = this.#rules.for(kind)
    book.told++
    const facts = this.#facts
    facts.fill(event, this.#networkOf(event.ip))
    this.#evidence.keep(event)
    if (kind === 'auth.passed') this.#regulars.passed(facts)
    const response = this.#isHarmless(event) ? NOTHING : this.#look(facts, book)
    if (this.#honeypots.isEmpty || !this.#honeypots.isTouched(event)) return response
    facts.kind = 'honeypot.touched'
    return harder(response, this.#look(facts, this.#rules.for('honeypot.touched')))
  }

  /** What has expired, or was signed with the key of before, is no attack. */
  #isHarmless({ kind, reason = 'credentials' }: SecurityEvent): boolean {
    if (kind === 'auth.failed') return reason !== 'credentials' && reason !== 'unknown-user'
    return (
      kind === 'auth.tampered' && reason !== 'algorithm' && this.#regulars.hasPassed(this.#facts)
    )
  }

  #look(facts: Facts, { rules }: KindBook): Response {
    let response = NOTHING
    for (const active of rules) {
      const finding = active.detector.see(facts)
      if (finding === undefined) continue
      response = harder(response, this.#raise(active, finding, facts.event))
    }
    return response
  }

  /** A rule has found something. Is it told, and what is done? */
  #raise(active: ActiveRule, finding: Finding, event: SecurityEvent): Response {
    const { settings } = active
    if (active.isExempt?.(event, this.#networkOf(event.ip)) === true) return NOTHING
    const nowMs = event.atMs
    active.found++
    active.lastFoundAtMs = nowMs
    const key = principalKey(finding.principal)
    const { outcome, measure } = this.#decide(active, finding, event, key)
    const { quietForMs } = settings
    if (this.#book.isWorthTelling(settings.name, key, nowMs, quietForMs)) {
      this.#tellAlert(this.#alertOf(settings, finding, event, outcome))
      this.#sharing?.told(settings.name, finding.principal, quietForMs)
    }
    return measure === undefined ? NOTHING : responseOf(measure)
  }

  #decide(active: ActiveRule, finding: Finding, event: SecurityEvent, key: string): Decided {
    const { settings } = active
    if ((settings.mode ?? this.#settings.mode) === 'watch') return { outcome: 'watched' }
    if (this.#isAllowed({ ...finding.principal, ip: this.#networkOf(event.ip) })) {
      return { outcome: 'allowed' }
    }
    const step = this.#escalation.next(settings, key, event.atMs)
    if (step.kind === 'log' || !canAnswer(step.kind, finding.principal.kind)) {
      return { outcome: 'logged' }
    }
    const measure: Measure = {
      id: randomUUID(),
      kind: step.kind,
      principal: finding.principal,
      rule: settings.name,
      reason: finding.what,
      evidence: this.#evidence.about(finding.principal, event),
      scope: settings.scope,
      sinceMs: event.atMs,
      untilMs: event.atMs + step.forMs,
      offence: step.offence,
      delayMs: settings.tarpitMs,
      share: settings.penaltyShare,
      node: this.#node,
    }
    active.acted++
    this.#begin(measure, true)
    return { outcome: step.kind, measure }
  }

  #begin(measure: Measure, isOwn: boolean): void {
    if (!this.#measures.add(measure, this.#clock.epochMs())) return
    this.#record('began', measure.sinceMs, {
      ...measure,
      principal: shownPrincipal(measure.principal),
    })
    this.#observe({ kind: 'security.measure', measure, isOwn })
    this.#emit(this.#decisionListeners, { kind: 'began', measure, isOwn })
    if (isOwn) this.#sharing?.began(measure)
  }

  #alertOf(rule: RuleSettings, finding: Finding, event: SecurityEvent, outcome: Outcome): Alert {
    const { principal, count, what } = finding
    return {
      id: randomUUID(),
      rule: rule.name,
      level: finding.level ?? rule.level,
      mitre: rule.mitre,
      principal: shownPrincipal(principal),
      atMs: event.atMs,
      count,
      summary: `${nameOf(principal)}: ${what}`,
      evidence: this.#evidence.about(principal, event),
      suggestion: rule.suggestion,
      outcome,
      node: event.node ?? this.#node,
    }
  }

  #tellAlert(alert: Alert): void {
    this.#alerts++
    this.#book.keep(alert)
    this.#record('alert', alert.atMs, alert)
    this.#observe({ kind: 'security.alert', alert })
    this.#emit(this.#alertListeners, alert)
  }

  #record(kind: RecordKind, atMs: number, body: object): void {
    const record = this.#chain.append(kind, atMs, body)
    this.#chainHead = record.hash
    this.#timeline.add(record)
    if (this.#journal === undefined) return
    this.#safely(() => this.#journal?.(record))
  }

  #emit<T>(listeners: ReadonlySet<(value: T) => void>, value: NoInfer<T>): void {
    for (const listener of listeners) this.#safely(() => listener(value))
  }

  #safely(action: () => void): void {
    try {
      action()
    } catch (error) {
      this.#observe({ kind: 'security.listener-failed', error })
    }
  }

  #share(redis: SecurityRedis, keyPrefix = 'security'): Sharing {
    return new Sharing({
      redis,
      keyPrefix,
      newsKey: this.#secrets.newsKey,
      node: this.#node,
      clock: this.#clock,
      observe: this.#observe,
      measures: this.#measures,
      onFound: (rule, finding, event) => {
        const active = this.#rules.get(rule)
        if (active !== undefined) this.#raise(active, finding, event)
      },
      onMeasure: measure => {
        const { rule, principal, offence, untilMs } = measure
        this.#escalation.hear(rule, principalKey(principal), offence, untilMs)
        this.#begin(measure, false)
      },
      onUndone: (id, by) => void this.#end(id, by, false),
      onTold: (rule, principal, quietForMs) => {
        const untilMs = this.#clock.epochMs() + quietForMs
        this.#book.silence(rule, principalKey(principal), untilMs)
      },
      eventNow: () => this.#facts.event,
    })
  }

  banOf(ip: string, user?: string, token?: number): Ban | undefined {
    if (this.#measures.size === 0 && this.#blocking.isEmpty) return undefined
    const network = this.#networkOf(ip)
    const ban = this.#measures.banOf(network, user, token, this.#clock.epochMs())
    return ban ?? this.#blocking.banOf(network)
  }

  loginBanOf(ip: string, user?: string): Ban | undefined {
    if (this.#measures.size === 0 && this.#blocking.isEmpty) return undefined
    const network = this.#networkOf(ip)
    const ban = this.#measures.loginBanOf(network, user, this.#clock.epochMs())
    return ban ?? this.#blocking.banOf(network)
  }

  tarpitOf(ip: string, user?: string): number {
    if (this.#measures.size === 0) return 0
    return this.#measures.tarpitOf(this.#networkOf(ip), user, this.#clock.epochMs())
  }

  fingerprint(secret: string): number {
    return this.#secrets.fingerprint(secret)
  }

  measures(): readonly Measure[] {
    return this.#measures.inForce(this.#clock.epochMs())
  }

  ban({ ip, user, token, forMs, reason }: OrderedBan, by: string): Ban {
    const nowMs = this.#clock.epochMs()
    const measure: Measure = {
      id: randomUUID(),
      kind: token === undefined ? 'ban' : 'revoke',
      principal: orderedPrincipal(ip === undefined ? undefined : this.#networkOf(ip), user, token),
      rule: BY_HAND,
      reason: `${shown(reason)} (by ${shown(by)})`,
      evidence: [],
      scope: 'all',
      sinceMs: nowMs,
      untilMs: nowMs + forMs,
      offence: 1,
      delayMs: 0,
      share: 0,
      node: this.#node,
    }
    this.#begin(measure, true)
    return measure
  }

  undo(id: string, by: string): boolean {
    return this.#end(id, by, true)
  }

  #end(id: string, by: string, isOwn: boolean): boolean {
    const measure = this.#measures.remove(id)
    if (measure === undefined) return false
    this.#forget(measure)
    const atMs = this.#clock.epochMs()
    const principal = shownPrincipal(measure.principal)
    this.#record('undone', atMs, { id, rule: measure.rule, principal, by: shown(by) })
    this.#observe({ kind: 'security.undone', measure, by })
    this.#emit(this.#decisionListeners, { kind: 'undone', measure, isOwn })
    if (isOwn) this.#sharing?.undone(measure, by)
    return true
  }

  /** Whoever is let off begins anew. */
  #forget({ rule, principal }: Measure): void {
    const { ip = '', user, token } = principal
    const atMs = this.#clock.epochMs()
    this.#facts.fill({ kind: 'read', atMs, ip, user, tokenHash: token }, ip)
    this.#rules.get(rule)?.detector.forget(this.#facts)
    this.#escalation.forget(rule, principalKey(principal))
    this.#book.forget(rule, principalKey(principal))
  }

  alerts(): readonly Alert[] {
    return this.#book.all()
  }

  timeline(about: Pick<Principal, 'ip' | 'user'> = {}): readonly ChainRecord[] {
    return this.#timeline.about(about)
  }

  onAlert(listener: OnAlert): () => void {
    this.#alertListeners.add(listener)
    return () => void this.#alertListeners.delete(listener)
  }

  onDecision(listener: (decision: Decision) => void): () => void {
    this.#decisionListeners.add(listener)
    return () => void this.#decisionListeners.delete(listener)
  }

  setRules(rules: SecurityRules): void {
    this.#rules.replace(settleRules(option.checked('security.rules', SECURITY_CHECKS.rules, rules)))
  }

  setLists({ allow = [], blockLists = {} }: Pick<SecurityOptions, 'allow' | 'blockLists'>): void {
    const isAllowed = allowList(option.checked('security.allow', SECURITY_CHECKS.allow, allow))
    this.#blocking.follow(
      option.checked('security.blockLists', SECURITY_CHECKS.blockLists, blockLists),
    )
    this.#isAllowed = isAllowed
    this.#blocking.forget()
    for (const { id, rule, principal } of this.measures()) {
      if (rule !== BY_HAND && isAllowed(principal)) this.undo(id, ALLOWED)
    }
  }

  readLists(): void {
    this.#blocking.refresh()
  }

  report(): SecurityReport {
    const rules = this.#rules.all()
    const inForce = this.measures()
    const tables = [this.#seen, this.#attempts, this.#regulars, ...rules.map(rule => rule.detector)]
    const told = EVENT_KINDS.map(kind => [kind, this.#rules.for(kind).told])
    return {
      mode: this.#settings.mode,
      node: this.#node,
      events: Object.fromEntries(told) as Record<EventKind, number>,
      rules: rules.map(({ settings, detector, found, acted, lastFoundAtMs }) => ({
        name: settings.name,
        detector: settings.detector,
        mode: settings.mode ?? this.#settings.mode,
        threshold: settings.threshold,
        windowMs: settings.windowMs,
        mitre: settings.mitre,
        found,
        acted,
        lastFoundAtMs,
        bytes: detector.bytes,
      })),
      measures: { inForce: inForce.length, latest: inForce.slice(0, LATEST) },
      alerts: {
        told: this.#alerts,
        suppressed: this.#book.suppressed,
        latest: this.#book.all().slice(0, LATEST),
      },
      chainHead: this.#chainHead,
      bytes: tables.reduce((sum, { bytes }) => sum + bytes, 0),
      blockLists: this.#blocking.report(),
      sharing: this.#sharing?.report(),
    }
  }

  async start(): Promise<void> {
    await Promise.all([this.#blocking.start(), this.#sharing?.start()])
  }

  async stop(): Promise<void> {
    this.#blocking.stop()
    await this.#sharing?.stop()
  }
}

interface Decided {
  readonly outcome: Outcome
  readonly measure?: Measure
}

const HARDNESS: Readonly<Record<Response['kind'], number>> = {
  none: 0,
  penalty: 1,
  tarpit: 2,
  ban: 3,
}

function harder(one: Response, other: Response): Response {
  return HARDNESS[other.kind] > HARDNESS[one.kind] ? other : one
}

function responseOf(measure: Measure): Response {
  const { kind, delayMs, share, sinceMs, untilMs } = measure
  switch (kind) {
    case 'tarpit':
      return { kind, delayMs, measure }
    case 'penalty':
      return { kind, share, forMs: untilMs - sinceMs, measure }
    case 'revoke':
    case 'ban':
      return { kind: 'ban', measure }
  }
}

function orderedPrincipal(
  ip: string | undefined,
  user: string | undefined,
  token: number | undefined,
): Principal {
  if (token !== undefined) return { kind: 'token', token, user }
  if (ip === undefined) return { kind: 'user', user }
  return user === undefined ? { kind: 'ip', ip } : { kind: 'user+ip', user, ip }
}
