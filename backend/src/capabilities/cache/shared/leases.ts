import {
  type Clock,
  ignoreEvents,
  type Observer,
  option,
  systemClock,
} from '../../../base/index.ts'
import type { CacheEvent } from '../events.ts'
import type { Lease, Leases } from '../types.ts'
import { createAttempts } from './attempts.ts'
import type { CacheRedis } from './cache-redis.ts'
import { keysOf } from './keys.ts'
import { ACQUIRE, RELEASE, RENEW, WATCH } from './lease-scripts.ts'
import { LEASE_CHECKS, LEASE_DEFAULTS, type LeaseOptions } from './options.ts'
import { createWaiters } from './waiters.ts'

export interface LeasesSetup extends LeaseOptions {
  readonly redis: CacheRedis
  readonly clock?: Clock
  /** From 0 to 1, for tokens and for spreading the looks. */
  readonly random?: () => number
  readonly observe?: Observer<CacheEvent>
}

export interface RedisLeases extends Leases {
  /** Ends those that are held here. The connection stays. */
  close(): Promise<void>
}

/**
 * Single flight across processes: one loads, the others wait for it. The lease of a holder that lives is renewed until it is released; of
 * one that died it ends after `leaseMs`. A hint, not a lock: when Redis fails over to a replica there may be two holders,
 * and without Redis everybody loads. Throws ST001 and ST003 for wrong options, nothing else.
 */
export function createLeases(setup: LeasesSetup): RedisLeases {
  const { redis, clock = systemClock, random = Math.random, ...rest } = setup
  const { observe = ignoreEvents, ...options } = rest
  const rules = option.settled('leases', options, LEASE_CHECKS, LEASE_DEFAULTS)
  const keys = keysOf(rules.name)
  const attempts = createAttempts({ part: 'leases', redis, clock, observe })
  const held = new Map<string, Held>()
  const isHeldBySomebody = (key: string): Promise<boolean | undefined> =>
    attempts.run(async () => (await redis.eval(WATCH, [keys.lease + key], [])) === 1, undefined)
  const waiters = createWaiters({ ...rules, clock, random, isHeld: isHeldBySomebody })
  const subscribed = redis.subscribe(keys.released, waiters.release)

  async function acquire(key: string): Promise<Lease | 'taken' | 'unavailable'> {
    const token = newToken(random)
    const names = [keys.lease + key, keys.entry + key, keys.totals]
    const call = (): Promise<unknown> => redis.eval(ACQUIRE, names, [token, rules.leaseMs])
    const isAsked = redis.isReady
    const answer = await attempts.run(call, UNAVAILABLE)
    if (answer === UNAVAILABLE) {
      if (isAsked) void giveBack(key, token) // It may have been given after all, to nobody.
      return 'unavailable'
    }
    const [fence, isStored] = answer as [number, number]
    if (fence === 0) return 'taken'
    hold(key, token)
    return { kind: 'held', token, fence, isStored: isStored === 1 }
  }

  function hold(key: string, token: string): void {
    const mine: Held = { key, until: clock.now() + rules.holdMsMax, cancel: () => undefined }
    held.set(token, mine)
    renewLater(token, mine)
  }

  function renewLater(token: string, mine: Held): void {
    mine.cancel = clock.after(rules.leaseMs / 3, () => void renew(token, mine))
  }

  /** Until it is released, or lost to somebody else, or takes longer than a load may. */
  async function renew(token: string, mine: Held): Promise<void> {
    const isOver = clock.now() >= mine.until
    const call = (): Promise<unknown> =>
      redis.eval(RENEW, [keys.lease + mine.key], [token, rules.leaseMs])
    if (isOver || (await attempts.run(call, 1)) === 0) return void held.delete(token)
    if (held.has(token)) renewLater(token, mine)
  }

  async function giveBack(key: string, token: string): Promise<void> {
    const names = [keys.lease + key, keys.released]
    await attempts.run(() => redis.eval(RELEASE, names, [token, key]), undefined)
  }

  async function release(key: string, { token }: Pick<Lease, 'token'>): Promise<void> {
    held.get(token)?.cancel()
    held.delete(token)
    await giveBack(key, token)
  }

  return {
    acquire,
    release,
    wait: key => waiters.wait(key),
    async close() {
      waiters.close()
      await Promise.all([...held].map(([token, { key }]) => release(key, { token })))
      await (await subscribed)()
    },
  }
}

interface Held {
  readonly key: string
  /** From then on it is not renewed any more. */
  readonly until: number
  cancel: () => void
}

const UNAVAILABLE = Symbol('unavailable')

function newToken(random: () => number): string {
  const part = (): string => Math.floor(random() * 2 ** 48).toString(36)
  return `${part()}-${part()}`
}
