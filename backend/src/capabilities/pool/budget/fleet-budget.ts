import {
  type Clock,
  ignoreEvents,
  type Observer,
  option,
  systemClock,
} from '../../../base/index.ts'
import { BudgetImpossibleError, RegistryLostError } from './errors.ts'
import type { BudgetChange, BudgetEvent, ShareReason } from './events.ts'
import {
  BUDGET_CHECKS,
  BUDGET_DEFAULTS,
  type BudgetOptions,
  RETRY_IMPOSSIBLE_MS,
  RETRY_MIN_MS,
  WATCH_NEEDS_MS,
} from './options.ts'
import type { BudgetRegistry, BudgetShare } from './registry.ts'

/**
 * A process that cannot ask may have one part in so many. That is about what the default of `budget.share` leaves free: one
 * such process that nobody knows of fits beside all the others.
 */
const SAFE_PART = 10

export interface FleetNeeds {
  /** Open connections of the pool and those being opened. */
  readonly held: number
  readonly wanted: number
}

export interface FleetBudgetSetup extends BudgetOptions {
  readonly registry: BudgetRegistry
  /** Asked often: cheap. */
  readonly needs: () => FleetNeeds
  /** Told at the start, when it is 0 until the registry has answered or failed to, and whenever the limit changes. */
  readonly onShare: (limit: number, reason: ShareReason) => void
  /** Connections that this process should not be asked to do without. Default 1. */
  readonly floor?: number
  /** What all processes together may have, as far as it is known before a registry says it. */
  readonly total?: number | undefined
  /** What events call the server. */
  readonly name?: string | undefined
  readonly observe?: Observer<BudgetEvent>
  readonly clock?: Clock
  /** From 0 to 1: many processes do not ask at the same moment. */
  readonly random?: () => number
}

/** How much this process may have, and why. */
export interface FleetShare {
  readonly limit: number
  readonly reason: ShareReason
  /** As last told by the registry. */
  readonly total: number | undefined
  readonly members: number | undefined
  /** On the clock: when the limit falls to the safe capacity unless the registry answers again. */
  readonly validUntil: number
  readonly safe: number
}

export interface FleetBudget {
  /** Call it before the pool is filled. Resolves when the registry has answered or has failed to. Never rejects. */
  start(): Promise<void>
  share(): FleetShare
  /** Gives the share back. Call it when the pool has ended. */
  stop(): Promise<void>
}

/**
 * Keeps one process within its part of the connections that several processes share. It tells the registry what it has and
 * wants every `refreshMs`, and at once when it wants more or can give something back. When the registry is lost the limit
 * falls to the safe capacity before others can be given the rest. After youtube/doorman: leases, safe capacity.
 * Throws ST001 for a wrong option.
 */
export function createFleetBudget(setup: FleetBudgetSetup): FleetBudget {
  const { registry, needs, onShare, floor = 1, total: known, ...others } = setup
  const {
    name,
    observe = ignoreEvents,
    clock = systemClock,
    random = Math.random,
    ...options
  } = others
  const rules = option.settled('budget', options, BUDGET_CHECKS, BUDGET_DEFAULTS)
  let told: BudgetShare | undefined
  let validUntil = Number.NEGATIVE_INFINITY
  let total = known
  let limit: number | undefined
  let reason: ShareReason = 'starting'
  let claimed: FleetNeeds = { held: 0, wanted: 0 }
  let lostSince: number | undefined
  let failures = 0
  let isImpossible = false
  let renewing: Promise<void> | undefined
  let isStopped = false
  let cancelRenewal = (): void => undefined
  let cancelExpiry = (): void => undefined
  let cancelWatch = (): void => undefined

  function tell(change: BudgetChange): void {
    observe(name === undefined ? change : { node: name, ...change })
  }

  function safe(): number {
    if (rules.safe > 0) return rules.safe
    return total === undefined ? floor : Math.max(1, Math.floor(total / SAFE_PART))
  }

  /** What was granted as long as that holds; afterwards no more than what is safe. */
  function mayHave(): number {
    if (told === undefined) return reason === 'starting' ? 0 : safe()
    return clock.now() < validUntil ? told.granted : Math.min(told.granted, safe())
  }

  function settle(why: ShareReason): void {
    const before = limit
    reason = why
    limit = mayHave()
    if (limit === before) return
    tell({ kind: 'budget.shared', limit, before, reason, total, members: told?.members })
    onShare(limit, reason)
  }

  function renew(): Promise<void> {
    cancelRenewal()
    renewing ??= ask().finally(() => {
      renewing = undefined
    })
    return renewing
  }

  async function ask(): Promise<void> {
    if (isOverdue()) expire() // The process was stopped for a while: its timers come late.
    claimed = { ...needs() }
    const askedAt = clock.now()
    try {
      const claim = { ...claimed, floor, limit: limit ?? 0, safe: safe() }
      answered(await registry.renew(claim), askedAt)
    } catch (error) {
      failed(error)
    }
  }

  function answered(share: BudgetShare, askedAt: number): void {
    told = share
    total = share.total
    validUntil = askedAt + (share.validForMs ?? Number.POSITIVE_INFINITY)
    failures = 0
    isImpossible = false
    if (lostSince !== undefined) tell({ kind: 'budget.regained', afterMs: clock.now() - lostSince })
    lostSince = undefined
    cancelExpiry()
    if (Number.isFinite(validUntil)) cancelExpiry = clock.after(validUntil - clock.now(), expire)
    settle(clock.now() < validUntil ? 'granted' : 'registry-lost')
    renewIn(rules.refreshMs * (0.9 + 0.2 * random()))
  }

  function failed(error: unknown): void {
    if (error instanceof BudgetImpossibleError) {
      impossible(error)
      return
    }
    if (error instanceof RegistryLostError) total = error.total ?? total
    const longest = Math.min(RETRY_MIN_MS * 2 ** failures++, rules.refreshMs)
    const retryInMs = longest * (0.5 + 0.5 * random())
    if (lostSince === undefined) tell({ kind: 'budget.lost', error, retryInMs })
    lostSince ??= clock.now()
    if (clock.now() >= validUntil) settle('registry-lost')
    renewIn(retryInMs)
  }

  function impossible(error: BudgetImpossibleError): void {
    if (!isImpossible) tell({ kind: 'budget.impossible', error })
    isImpossible = true
    told = undefined
    total = error.total
    validUntil = Number.NEGATIVE_INFINITY
    settle('impossible')
    renewIn(RETRY_IMPOSSIBLE_MS * (0.9 + 0.2 * random()))
  }

  function isOverdue(): boolean {
    return reason === 'granted' && clock.now() >= validUntil
  }

  /** The share holds no longer, whatever the registry knows. */
  function expire(): void {
    validUntil = Math.min(validUntil, clock.now())
    if (!isStopped) settle('registry-lost')
  }

  function renewIn(delayMs: number): void {
    cancelRenewal()
    if (!isStopped) cancelRenewal = clock.after(delayMs, () => void renew())
  }

  /** More is wanted than was told, or what is above the limit has become free and others may wait for it. */
  function watch(): void {
    cancelWatch = clock.after(WATCH_NEEDS_MS, watch)
    if (isOverdue()) expire()
    if (lostSince !== undefined || isImpossible || limit === undefined) return
    const { held, wanted } = needs()
    const isGivingBack = claimed.held > limit && held < claimed.held
    if (wanted > claimed.wanted || isGivingBack) void renew()
  }

  registry.onLost?.(error => {
    if (isStopped) return
    expire()
    failed(error)
  })

  return {
    async start() {
      settle('starting')
      await renew()
      if (!isStopped) watch()
    },
    share: () => ({
      limit: limit ?? 0,
      reason,
      total,
      members: told?.members,
      validUntil,
      safe: safe(),
    }),
    async stop() {
      isStopped = true
      for (const cancel of [cancelRenewal, cancelExpiry, cancelWatch]) cancel()
      await renewing
      cancelRenewal()
      cancelExpiry()
      await registry.leave()
    },
  }
}
