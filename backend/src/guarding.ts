import { randomUUID } from 'node:crypto'
import type { SecurityFacts } from './api/admin/index.ts'
import {
  createClientAddress,
  type ExpectedCosts,
  Guard,
  type IdentityService,
  Operators,
  securitySecret,
} from './api/http/index.ts'
import type { Clock, Observer } from './base/index.ts'
import {
  createEventLoopLag,
  createLimiter,
  createRuleSource,
  DEFAULT_LIMIT_RULES,
  type Limiter,
  type LimitRules,
  type LoadSignal,
  READ_LIMITS,
  tableRules,
} from './capabilities/limiter/index.ts'
import type { Redis } from './capabilities/redis/index.ts'
import {
  createSecurityMonitor,
  type Decision,
  openAlerting,
  securityParts,
  type SecurityMonitor,
} from './capabilities/security/index.ts'
import type { Config } from './config.ts'
import type { ServerEvent } from './observations.ts'
import type { Nodes } from './query/executor/index.ts'

export interface ServerGuardingSetup {
  /** As it was at the start. */
  readonly config: Config
  readonly identity: () => IdentityService
  readonly nodes: Pick<Nodes, 'pools' | 'use'>
  readonly redis: Redis | undefined
  /** What requests cost the database. */
  readonly costs: ExpectedCosts
  readonly clock: Clock
  readonly observe: Observer<ServerEvent>
}

/** Who may come in, how often, and who notices. */
export interface ServerGuarding {
  readonly guard: Guard
  /** Those who run the server, as they are watched. */
  readonly operators: Operators
  /** Undefined: switched off. */
  readonly limiter: Limiter | undefined
  readonly monitor: SecurityMonitor | undefined
  /** Whether a limit counts what requests cost the database, at this moment. */
  countsCost(): boolean
  /** What the monitor has noticed, and who was told. Undefined: it is switched off. */
  facts(): SecurityFacts | undefined
  /** Sends a heartbeat to all channels of alerts. */
  beat(): void
  /** Takes over what of a configuration may change while it runs. */
  reconfigure(config: Config): void
  /** Reads again what others keep: block lists. */
  reread(): void
  start(): Promise<void>
  stop(): Promise<void>
}

/** Of limiter and monitor, by the configuration; nothing is made of what is switched off. Rejects with ST434. */
export async function createServerGuarding(setup: ServerGuardingSetup): Promise<ServerGuarding> {
  const { config, identity, costs, clock } = setup
  const watching = config.security.enabled ? await watchingOf(setup) : undefined
  const monitor = watching?.monitor
  const clientAddress = createClientAddress(config.http)
  const watched = { clientAddress, monitor, record: watching?.alerting.record, clock }
  const operators = new Operators(watched)
  const limiting = config.limits.enabled ? limitingOf(setup, operators) : undefined
  const limiter = limiting?.limiter
  const forget = monitor?.onDecision(decision => limiter && penalize(limiter, decision))
  return {
    guard: new Guard({ ...watched, identity, limiter, costs }),
    operators,
    limiter,
    monitor,
    countsCost: limiter === undefined ? () => false : costCounting(limiter),
    facts: () =>
      watching && { noticed: watching.monitor.report(), alerting: watching.alerting.report() },
    beat: () => watching?.alerting.beat(),
    reconfigure({ limits, security }) {
      limiting?.follow(limits.rules)
      monitor?.setRules(security.rules)
      monitor?.setLists(security)
      watching?.alerting.setSilences(security.silences)
    },
    reread: () => monitor?.readLists(),
    async start() {
      await Promise.all([limiting?.start(), monitor?.start()])
    },
    async stop() {
      forget?.()
      await Promise.all([limiting?.stop(), monitor?.stop()])
      await watching?.alerting.stop()
    },
  }
}

/** The limiter, and the rules it goes by: the default ones, over them those of the configuration, over them those of the database. */
function limitingOf(
  { config, nodes, redis, clock, observe }: ServerGuardingSetup,
  operators: Operators,
) {
  const { limits } = config
  const lag = limits.shedding ? createEventLoopLag() : undefined
  let configured = limits.rules
  let stored: LimitRules = {}
  let hasRead = false
  const all = (): LimitRules => ({ ...DEFAULT_LIMIT_RULES, ...configured, ...stored })
  const limiter = createLimiter({
    ...limits,
    ...{ rules: all(), redis, clock, observe, commandTimeoutMs: config.redis.commandTimeoutMs },
    load: lag && (() => ({ ...loadOf(nodes), eventLoopLagMs: lag.read() })),
  })
  const source = createRuleSource({
    ...{ clock, observe },
    read: async () => tableRules(await nodes.use(one => one.query(READ_LIMITS.text), QUICK)),
    apply(rules) {
      const names = Object.keys(rules).join(', ')
      // Those of the start are nobody's change.
      if (hasRead) operators.changed({ name: 'limits', detail: `in the database: ${names}` })
      hasRead = true
      stored = rules
      limiter.setRules(all())
    },
  })
  return {
    limiter,
    follow(rules: LimitRules): void {
      configured = rules
      limiter.setRules(all())
    },
    async start(): Promise<void> {
      await limiter.start()
      if (limits.tableEnabled) await source.start()
    },
    async stop(): Promise<void> {
      source.stop()
      lag?.stop()
      await limiter.stop()
    },
  }
}

/** Rules are looked through when they are others than before. */
function costCounting(limiter: Limiter): () => boolean {
  let rules: LimitRules = {}
  let isCounted = false
  return () => {
    if (limiter.rules === rules) return isCounted
    rules = limiter.rules
    isCounted = Object.values(rules).some(rule => rule?.weight === 'cost')
    return isCounted
  }
}

/** Many a minute: they take their turn with those of clients. */
const QUICK = Object.freeze({ class: 'realtime', leavesNoTrace: true } as const)

/** The monitor, and those who are told what it finds. */
async function watchingOf({ config, redis, clock, observe }: ServerGuardingSetup) {
  const { watching, alerting: channels } = securityParts(config.security)
  const secret = securitySecret(config)
  if (secret === undefined && wantsSecret(config)) observe({ kind: 'config.secret-random' })
  const node = randomUUID().slice(0, NODE_LENGTH)
  const alerting = await openAlerting({ ...channels, node, clock, observe })
  const monitor = createSecurityMonitor({
    ...watching,
    ...{ redis, clock, observe, node, secret },
    journal: alerting.keep,
    journalAfter: alerting.keptLast,
  })
  monitor.onAlert(alert => void alerting.tell(alert))
  return { monitor, alerting }
}

const NODE_LENGTH = 8

/** Whether a secret that lasts is missed: by processes that share, by who checks the record later, or where one seems to be there. */
function wantsSecret({ security, redis, jwt }: Config): boolean {
  const { spoolDirectory } = security
  return jwt.secret !== undefined || redis.url !== undefined || spoolDirectory !== undefined
}

/**
 * What whoever comes now would wait for a connection, by how fast others are served (Little, 1961). Whether the database answers at
 * all does not count here: kept answers are given without it.
 */
function loadOf(nodes: Pick<Nodes, 'pools'>): Omit<LoadSignal, 'eventLoopLagMs'> {
  const waits = nodes.pools().map(({ waiting, throughputPerSecond }) => {
    return waiting === 0 ? 0 : (1_000 * waiting) / Math.max(1, throughputPerSecond)
  })
  return { poolWaitMs: Math.max(0, ...waits), breakerOpen: false }
}

/** A decision to give somebody less is carried out by the limits. */
function penalize(limiter: Limiter, { kind, measure, isOwn }: Decision): void {
  if (kind !== 'began' || measure.kind !== 'penalty' || !isOwn) return
  const { principal, share, sinceMs, untilMs, reason } = measure
  const attribute = principal.user === undefined ? 'ip' : 'user'
  const value = principal.user ?? principal.ip
  if (value === undefined) return
  limiter.penalize(attribute, value, { share, forMs: untilMs - sinceMs, reason })
}
