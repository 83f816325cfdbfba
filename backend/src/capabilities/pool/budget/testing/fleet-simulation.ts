import type { Clock } from '../../../../base/index.ts'
import { createFleetBudget, type FleetBudget } from '../fleet-budget.ts'
import { createRedisRegistry, type RegistryRedis } from '../redis-registry.ts'
import { createLeaseModel, type LeaseClaim } from './lease-model.ts'

export const TOTAL = 60
const REFRESH_MS = 5_000
const LEASE_MS = 15_000
const STEP_MS = 50

/** What happens to the fleet. `member` is taken modulo those there are. */
export type Happening =
  | { readonly kind: 'start'; readonly rate: number; readonly wanted: number }
  | { readonly kind: 'wants'; readonly member: number; readonly wanted: number }
  | { readonly kind: 'kill' | 'freeze' | 'thaw' | 'leave'; readonly member: number }
  | { readonly kind: 'network'; readonly member: number; readonly loses: Loss }
  | { readonly kind: 'flush' }
  | { readonly kind: 'wait'; readonly ms: number }

/** Claims may not arrive, may arrive much later, or may be answered in vain. */
export type Loss = 'nothing' | 'claims' | 'answers' | 'time'

interface Member {
  readonly budget: FleetBudget
  readonly clock: MemberClock
  wanted: number
  open: number
  limit: number
  loses: Loss
  isFrozen: boolean
  /** Its lease ran out while it had more open than it may have since: those go as they become free. */
  hasLapsed: boolean
  /**
   * The registry does not know of it, because it could not be asked when it started, or because the registry forgot and it
   * could not claim again: it has its safe capacity beyond the total, and others need some time to make room.
   */
  outsideUntil: number
  forgottenAt: number | undefined
}

/** A clock that runs faster or slower than the registry's, and whose callbacks wait while the process is frozen. */
class MemberClock implements Clock {
  readonly #rate: number
  #time = 0
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>()

  constructor(rate: number) {
    this.#rate = rate
  }

  now(): number {
    return this.#time
  }

  epochMs(): number {
    return this.#time
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#time + delayMs, callback }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  pass(ms: number): void {
    this.#time += ms * this.#rate
  }

  ring(): void {
    for (const timer of [...this.#timers]) {
      if (timer.at <= this.#time && this.#timers.delete(timer)) timer.callback()
    }
  }
}

/** Several processes, one registry, everything that can go wrong. Calls `check` at every step of 50 ms. */
export class FleetSimulation {
  readonly #members: Member[] = []
  readonly #late: { readonly at: number; readonly run: () => unknown }[] = []
  readonly #model = createLeaseModel({
    total: TOTAL,
    leaseMs: LEASE_MS,
    mourningMs: 40 * LEASE_MS,
    now: () => this.#now,
  })
  #now = 0
  #names = 0

  async happen(happening: Happening, check: () => void): Promise<void> {
    if (happening.kind === 'wait') {
      for (let left = happening.ms; left > 0; left -= STEP_MS) await this.#step(check)
      return
    }
    this.#apply(happening)
    await this.#step(check)
  }

  /** Connections that processes hold by right at this moment, and may still open. */
  get held(): number {
    return this.#members.reduce((sum, member) => sum + this.#heldBy(member), 0)
  }

  /** The safe capacities of those that the registry could not know. */
  get outside(): number {
    const outside = this.#members.filter(
      ({ outsideUntil, forgottenAt = Number.POSITIVE_INFINITY }) =>
        this.#now < outsideUntil || this.#now >= forgottenAt + LEASE_MS,
    )
    return outside.length * (TOTAL / 10)
  }

  get members(): number {
    return this.#members.length
  }

  get isCalm(): boolean {
    return this.#members.every(({ isFrozen, loses }) => !isFrozen && loses === 'nothing')
  }

  get limits(): readonly number[] {
    return this.#members.map(({ limit }) => limit)
  }

  #heldBy({ budget, clock, limit, open, hasLapsed }: Member): number {
    const { validUntil, safe, reason } = budget.share()
    if (clock.now() >= validUntil) return Math.min(limit, safe)
    return reason === 'granted' && !hasLapsed ? Math.max(limit, open) : limit
  }

  #apply(happening: Exclude<Happening, { kind: 'wait' }>): void {
    if (happening.kind === 'flush') {
      this.#model.flush()
      for (const member of this.#members) member.forgottenAt ??= this.#now
      return
    }
    if (happening.kind === 'start') {
      if (this.#members.length < 6) this.#start(happening.rate, happening.wanted)
      return
    }
    const member = this.#members[happening.member % Math.max(1, this.#members.length)]
    if (member !== undefined) this.#applyTo(member, happening)
  }

  #applyTo(
    member: Member,
    happening: Exclude<Happening, { kind: 'wait' | 'flush' | 'start' }>,
  ): void {
    switch (happening.kind) {
      case 'wants':
        member.wanted = happening.wanted
        break
      case 'network':
        member.loses = happening.loses
        break
      case 'freeze':
        member.isFrozen = true
        break
      case 'thaw':
        member.isFrozen = false
        break
      case 'kill':
        this.#members.splice(this.#members.indexOf(member), 1)
        break
      case 'leave':
        this.#members.splice(this.#members.indexOf(member), 1)
        if (!member.isFrozen && member.loses === 'nothing') void member.budget.stop()
        break
    }
  }

  #start(rate: number, wanted: number): void {
    const clock = new MemberClock(rate)
    const redis: RegistryRedis = { eval: (_script, _keys, args) => this.#claim(member, args) }
    const budget = createFleetBudget({
      registry: createRedisRegistry({
        redis,
        key: 'budget',
        total: TOTAL,
        refreshMs: REFRESH_MS,
        overhead: 0,
        member: `member ${++this.#names}`,
      }),
      refreshMs: REFRESH_MS,
      total: TOTAL,
      clock,
      random: () => 0.5,
      needs: () => ({ held: member.open, wanted: member.wanted }),
      onShare: limit => {
        member.limit = limit
      },
    })
    const rest = { wanted, open: 0, limit: 0, loses: 'nothing' as const }
    const outsideUntil = this.#model.isLearning ? this.#now + 4 * LEASE_MS : 0
    const flags = { isFrozen: false, hasLapsed: false, forgottenAt: undefined }
    const member: Member = { budget, clock, outsideUntil, ...rest, ...flags }
    this.#members.push(member)
    void budget.start()
  }

  async #claim(member: Member, args: readonly (string | number)[]): Promise<unknown> {
    if (args.length === 1) {
      this.#model.leave(String(args[0]))
      return 1
    }
    const [name, seq, held, wanted, limit, safe] = args
    const isNew = args.at(-1) === 1
    const numbers = { seq, held, wanted, limit, safe } as Omit<LeaseClaim, 'member' | 'isNew'>
    const claim = { ...numbers, member: String(name), isNew }
    if (isNew && (member.loses !== 'nothing' || this.#model.isLearning)) {
      member.outsideUntil = this.#now + 4 * LEASE_MS
    }
    if (member.loses === 'claims') throw new Error('lost')
    if (member.loses === 'time') {
      this.#late.push({ at: this.#now + 7_000, run: () => this.#model.claim(claim) })
      throw new Error('late')
    }
    if (this.#now >= (member.forgottenAt ?? Number.POSITIVE_INFINITY) + LEASE_MS) {
      member.outsideUntil = this.#now + 4 * LEASE_MS
    }
    member.forgottenAt = undefined
    const answer = this.#model.claim(claim)
    if (member.loses === 'answers') throw new Error('lost')
    return answer === undefined ? [] : [answer.granted, answer.members]
  }

  async #step(check: () => void): Promise<void> {
    this.#now += STEP_MS
    for (const late of this.#late.filter(({ at }) => at <= this.#now)) {
      this.#late.splice(this.#late.indexOf(late), 1)
      late.run()
    }
    for (const member of [...this.#members]) {
      member.clock.pass(STEP_MS)
      if (member.clock.now() >= member.budget.share().validUntil) member.hasLapsed = true
      if (!member.isFrozen) member.clock.ring()
    }
    for (let turn = 0; turn < 8; turn++) await Promise.resolve()
    for (const member of this.#members) {
      if (!member.isFrozen) work(member)
      if (member.open <= member.limit) member.hasLapsed = false
    }
    check()
  }
}

/** Opens what it wants and may have; what is above the limit goes as it becomes free. */
function work(member: Member): void {
  const aim = Math.min(member.wanted, member.limit)
  if (member.open < aim) member.open = aim
  else if (member.open > aim) member.open--
}
