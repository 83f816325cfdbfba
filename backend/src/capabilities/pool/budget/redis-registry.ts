import { randomUUID } from 'node:crypto'
import { RegistryLostError } from './errors.ts'
import { LEASE_REFRESHES, LEASE_TRUSTED, MOURNING_LEASES, OVERHEAD } from './options.ts'
import { CLAIM_SCRIPT } from './redis-script.ts'
import type { BudgetClaim, BudgetRegistry, BudgetShare } from './registry.ts'

/** As much of Redis as is needed. Every command must end: answered, or rejected within its deadline. */
export interface RegistryRedis {
  eval(
    script: string,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown>
}

export interface RedisRegistrySetup {
  readonly redis: RegistryRedis
  /** One for all processes that share the server: it should name the server, such as `budget:db.example.com:5432`. */
  readonly key: string
  /** Connections that all processes together may have; a function is asked once: `totalOf(await askCapacity(…), share)`. */
  readonly total: number | (() => Promise<number>)
  /** As in the options of the budget. */
  readonly refreshMs: number
  /** Connections of this process beside its pool. Default 2: the listener and a probe. */
  readonly overhead?: number
  /** Names this process among the members. Default: a random one. */
  readonly member?: string
}

/**
 * The fleet's registry in Redis: leases on Redis's own clock, each claim one script. The sum of what the members may have
 * never exceeds `total`, whatever is lost on the way, as long as their clocks run no more than a fifth slower than Redis's;
 * only who starts while Redis forgets or cannot be reached has its safe capacity beyond that.
 */
export function createRedisRegistry(setup: RedisRegistrySetup): BudgetRegistry {
  const { redis, key, refreshMs, overhead = OVERHEAD - 1, member = randomUUID() } = setup
  const leaseMs = LEASE_REFRESHES * refreshMs
  let total: number | undefined
  let seq = 0
  let isNew = true

  async function askTotal(): Promise<number> {
    if (typeof setup.total === 'number') return setup.total
    try {
      return (total ??= await setup.total())
    } catch (error) {
      throw new RegistryLostError('the server does not say how many connections it has', error)
    }
  }

  async function claim({ held, wanted, floor, limit, safe }: BudgetClaim, among: number) {
    const gross = [held, Math.max(wanted, floor), limit, safe].map(count => count + overhead)
    const times = [leaseMs, leaseMs * MOURNING_LEASES]
    const about = [member, ++seq, ...gross, among, ...times, isNew ? 1 : 0]
    try {
      return await redis.eval(CLAIM_SCRIPT, [key], about)
    } catch (error) {
      throw new RegistryLostError('Redis', error, among)
    }
  }

  return {
    async renew(claimed): Promise<BudgetShare> {
      const among = await askTotal()
      const answer = await claim(claimed, among)
      const [granted, members] = Array.isArray(answer) ? answer.map(Number) : []
      if (granted === undefined || members === undefined) {
        throw new RegistryLostError('Redis has had a later claim of this process')
      }
      isNew = false
      return {
        granted: Math.max(0, granted - overhead),
        total: among,
        members,
        validForMs: leaseMs * LEASE_TRUSTED,
      }
    },
    async leave() {
      await redis.eval(LEAVE_SCRIPT, [key], [member]).catch(() => undefined) // It will be forgotten.
    },
  }
}

const LEAVE_SCRIPT = `return redis.call('HDEL', KEYS[1], ARGV[1])`
