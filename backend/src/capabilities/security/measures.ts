import { networkMatcher } from '../../base/index.ts'
import type { Measure, Principal } from './types.ts'

/** What is in force at one address: for all of it, and for single users there. */
class AtAddress {
  own: Held = {}
  readonly users = new Map<string, Held>()
}

/** At most one measure of each kind for one principal. */
interface Held {
  ban?: Measure | undefined
  loginBan?: Measure | undefined
  tarpit?: Measure | undefined
}

interface HeldNetwork {
  readonly covers: (ip: string) => boolean
  readonly measure: Measure
}

/**
 * Everything that is being done, found with one or two lookups. Bounded: where there are too many, those go that end first.
 */
export class Measures {
  readonly #all = new Map<string, Measure>()
  readonly #addresses = new Map<string, AtAddress>()
  readonly #users = new Map<string, Measure>()
  readonly #tokens = new Map<number, Measure>()
  #networks: readonly HeldNetwork[] = []

  readonly #measuresMax: number

  constructor(measuresMax: number) {
    this.#measuresMax = measuresMax
  }

  get size(): number {
    return this.#all.size
  }

  banOf(ip: string, user: string | undefined, token: number | undefined, nowMs: number) {
    if (this.#all.size === 0) return undefined
    const at = this.#addresses.get(ip)
    const held =
      live(at?.own.ban, nowMs) ??
      (user === undefined ? undefined : live(at?.users.get(user)?.ban, nowMs)) ??
      (user === undefined ? undefined : live(this.#users.get(user), nowMs)) ??
      (token === undefined ? undefined : live(this.#tokens.get(token), nowMs))
    return held ?? this.#networkBan(ip, nowMs)
  }

  loginBanOf(ip: string, user: string | undefined, nowMs: number) {
    if (this.#all.size === 0) return undefined
    const at = this.#addresses.get(ip)
    return (
      (user === undefined ? undefined : live(at?.users.get(user)?.loginBan, nowMs)) ??
      this.banOf(ip, user, undefined, nowMs) ??
      live(at?.own.loginBan, nowMs)
    )
  }

  tarpitOf(ip: string, user: string | undefined, nowMs: number): number {
    if (this.#all.size === 0) return 0
    const at = this.#addresses.get(ip)
    const held =
      live(at?.own.tarpit, nowMs) ??
      (user === undefined ? undefined : live(at?.users.get(user)?.tarpit, nowMs))
    return held?.delayMs ?? 0
  }

  get(id: string): Measure | undefined {
    return this.#all.get(id)
  }

  /** Replaces what of this kind is in force for the principal; false where that holds longer. */
  add(measure: Measure, nowMs: number): boolean {
    const before = this.#same(measure)
    if (before !== undefined && before.untilMs >= measure.untilMs) return before.id === measure.id
    if (before !== undefined) this.remove(before.id)
    if (this.#all.size >= this.#measuresMax) this.#makeRoom(nowMs)
    this.#all.set(measure.id, measure)
    this.#place(measure, measure)
    return true
  }

  remove(id: string): Measure | undefined {
    const measure = this.#all.get(id)
    if (measure === undefined) return undefined
    this.#all.delete(id)
    if (this.#same(measure)?.id === id) this.#place(measure, undefined)
    return measure
  }

  /** Those that are in force, the latest first. */
  inForce(nowMs: number): readonly Measure[] {
    this.sweep(nowMs)
    return [...this.#all.values()].sort((one, other) => other.sinceMs - one.sinceMs)
  }

  sweep(nowMs: number): void {
    for (const { id, untilMs } of this.#all.values()) if (untilMs <= nowMs) this.remove(id)
  }

  #networkBan(ip: string, nowMs: number): Measure | undefined {
    const held = this.#networks.find(({ measure, covers }) => measure.untilMs > nowMs && covers(ip))
    return held?.measure
  }

  #makeRoom(nowMs: number): void {
    this.sweep(nowMs)
    while (this.#all.size >= this.#measuresMax) {
      let first: Measure | undefined
      for (const measure of this.#all.values()) {
        if (first === undefined || measure.untilMs < first.untilMs) first = measure
      }
      if (first === undefined) return
      this.remove(first.id)
    }
  }

  #same(measure: Measure): Measure | undefined {
    const { ip, user, token } = measure.principal
    const slot = slotOf(measure)
    if (measure.kind === 'penalty') return this.#all.get(measure.id)
    if (token !== undefined) return this.#tokens.get(token)
    if (ip === undefined) return user === undefined ? undefined : this.#users.get(user)
    if (isWide(ip))
      return this.#networks.find(({ measure: { principal } }) => principal.ip === ip)?.measure
    const at = this.#addresses.get(ip)
    return (user === undefined ? at?.own : at?.users.get(user))?.[slot]
  }

  #place(measure: Measure, value: Measure | undefined): void {
    const { ip, user, token } = measure.principal
    if (measure.kind === 'penalty') return // The limiter holds it: nothing to look up.
    if (token !== undefined) setOrDelete(this.#tokens, token, value)
    else if (ip === undefined) setOrDelete(this.#users, user ?? '', value)
    else if (isWide(ip)) this.#placeNetwork(ip, value)
    else this.#placeAt(ip, user, slotOf(measure), value)
  }

  #placeNetwork(ip: string, value: Measure | undefined): void {
    const others = this.#networks.filter(({ measure }) => measure.principal.ip !== ip)
    if (value === undefined) this.#networks = others
    else this.#networks = [...others, { covers: networkMatcher([ip]), measure: value }]
  }

  #placeAt(
    ip: string,
    user: string | undefined,
    slot: keyof Held,
    value: Measure | undefined,
  ): void {
    const at = this.#addresses.get(ip) ?? new AtAddress()
    const held = user === undefined ? at.own : (at.users.get(user) ?? {})
    held[slot] = value
    if (user !== undefined) setOrDelete(at.users, user, isEmpty(held) ? undefined : held)
    setOrDelete(this.#addresses, ip, at.users.size === 0 && isEmpty(at.own) ? undefined : at)
  }
}

function slotOf({ kind, scope }: Measure): keyof Held {
  if (kind === 'tarpit') return 'tarpit'
  return scope === 'login' ? 'loginBan' : 'ban'
}

function live(measure: Measure | undefined, nowMs: number): Measure | undefined {
  return measure !== undefined && measure.untilMs > nowMs ? measure : undefined
}

/** The first 64 bits of IPv6 are one client, and are looked up as they are. */
function isWide(ip: string): boolean {
  return ip.includes('/') && !ip.endsWith('::/64')
}

function isEmpty({ ban, loginBan, tarpit }: Held): boolean {
  return ban === undefined && loginBan === undefined && tarpit === undefined
}

function setOrDelete<K, V>(map: Map<K, V>, key: K, value: V | undefined): void {
  if (value === undefined) map.delete(key)
  else map.set(key, value)
}

/** What identifies a principal, whatever is known of it besides. */
export function principalKey({ kind, ip, user, token, role, route }: Principal): string {
  return JSON.stringify(
    token !== undefined
      ? [kind, token]
      : [kind, ip ?? null, user ?? null, role ?? null, route ?? null],
  )
}
