import type { Clock, Observer } from '../../../base/index.ts'
import {
  askCapacity,
  type BudgetEvent,
  type BudgetRegistry,
  type BudgetRules,
  createAdvisoryLockRegistry,
  createFleetBudget,
  createRedisRegistry,
  type FleetBudget,
  type FleetShare,
  type Pool,
  type RegistryRedis,
  type Target,
  totalOf,
} from '../../../capabilities/pool/index.ts'

export interface NodeBudgetSetup {
  readonly name: string
  readonly target: Target
  readonly pool: Pool
  readonly rules: BudgetRules
  readonly connectTimeoutMs: number
  /** Undefined: the processes meet in PostgreSQL itself. */
  readonly redis: RegistryRedis | undefined
  readonly clock: Clock
  readonly observe: Observer<BudgetEvent>
}

/** The part of one node's connections that this process may have. */
export interface NodeBudget {
  /** As of `FleetBudget`; before that the pool is not limited. */
  start(): Promise<void>
  share(): FleetShare | undefined
  stop(): Promise<void>
}

/** Undefined where every process is for itself. */
export function budgetOf(setup: NodeBudgetSetup): NodeBudget | undefined {
  if (setup.rules.mode === 'off') return undefined
  let budget: FleetBudget | undefined
  let isStopped = false
  return {
    async start() {
      const made = await create(setup)
      if (isStopped) return // While an unreachable node was asked.
      budget = made
      await made.start()
    },
    share: () => budget?.share(),
    async stop() {
      isStopped = true
      await budget?.stop()
    },
  }
}

async function create(setup: NodeBudgetSetup): Promise<FleetBudget> {
  const { name, target, pool, rules, connectTimeoutMs, redis, clock, observe } = setup
  const inPostgres = () =>
    createAdvisoryLockRegistry({ target, share: rules.share, connectTimeoutMs, clock })
  // Redis does not know the server, and grants little before it does; an unreachable one is asked again later.
  const total = redis && (await totalFor(setup).catch(() => undefined))
  return createFleetBudget({
    ...rules,
    ...{ name, total, clock, observe },
    registry: redis === undefined ? inPostgres() : inRedis(redis, setup, total),
    needs() {
      const { size, connecting, wanted } = pool.stats()
      return { held: size + connecting, wanted }
    },
    onShare: (limit, reason) => pool.limit(limit, reason),
  })
}

/** As the role that the pool logs in as, for the limits of the role and the database count too. */
async function totalFor({ target, connectTimeoutMs, rules }: NodeBudgetSetup): Promise<number> {
  return totalOf(await askCapacity(target, connectTimeoutMs), rules.share)
}

function inRedis(
  redis: RegistryRedis,
  setup: NodeBudgetSetup,
  known: number | undefined,
): BudgetRegistry {
  const { name, rules } = setup
  const total = known ?? (() => totalFor(setup))
  return createRedisRegistry({ redis, key: `budget:${name}`, total, refreshMs: rules.refreshMs })
}
