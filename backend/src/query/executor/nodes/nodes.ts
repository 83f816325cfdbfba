import type { Clock, Observer } from '../../../base/index.ts'
import type { Breaker, Breakers } from '../../../capabilities/breaker/index.ts'
import {
  type BudgetEvent,
  type BudgetRules,
  type Connection,
  createPool,
  type PoolEvent,
  type PoolRules,
  type PoolStats,
  type RegistryRedis,
  type Target,
  type UseOptions,
} from '../../../capabilities/pool/index.ts'
import {
  createReplicas,
  type NodeChange,
  NoNodeError,
  NoPrimaryError,
  type NodeSource,
  type NodeStatus,
  type ReadNeed,
  type Replicas,
  type ReplicasEvent,
  type ReplicasRules,
} from '../../../capabilities/replicas/index.ts'
import type { DatabaseNode, Router } from '../router.ts'
import { budgetOf, type NodeBudget } from './budget.ts'
import { createComeback } from './comeback.ts'
import { monitoredNode } from './node-source.ts'
import { createRouter } from './router.ts'
import type { NodeTarget } from './targets.ts'

export interface NodesSetup {
  readonly targets: readonly NodeTarget[]
  readonly rules: {
    readonly pool: PoolRules
    readonly budget: BudgetRules
    readonly replicas: ReplicasRules
  }
  /** Each node gets its own from here, by its name. */
  readonly breakers: Breakers
  /** Where processes meet that share a node. Undefined: in the node itself. */
  readonly redis: RegistryRedis | undefined
  readonly clock: Clock
  readonly observe: Observer<BudgetEvent | PoolEvent | ReplicasEvent>
}

/** One thing that is needed, and whether it is there. */
export interface NodesCheck {
  readonly name: string
  readonly ok: boolean
  readonly detail: string
}

/** All servers of one database, each behind its breaker and its pool, and the watch that knows which of them is what. */
export interface Nodes {
  readonly all: readonly ServerNode[]
  readonly router: Router
  /** Asks each of them what it is, and opens the first connections. Waits for those that answer. */
  start(): Promise<void>
  /**
   * Runs work of our own that only reads: on the primary, or on another node of the same cluster. Rejects with `NoNodeError`
   * when there is none.
   */
  use<T>(work: (connection: Connection) => Promise<T>, options?: UseOptions): Promise<T>
  /** The same on the primary, and nowhere else. Rejects with `NoPrimaryError` when there is none. */
  usePrimary<T>(work: (connection: Connection) => Promise<T>, options?: UseOptions): Promise<T>
  /** Where the primary is, or was last. */
  primaryTarget(): Target
  /** Called when that has changed. */
  onPrimary(callback: () => void): void
  status(): readonly NodeStatus[]
  /** The connections to each node, and its part of the budget. */
  pools(): readonly PoolOfNode[]
  /** Whether anything can be read, and what can be written to. Asks nobody. */
  checks(): readonly NodesCheck[]
  /** Ends everything; what is out after `deadlineMs` is cut off. */
  end(deadlineMs: number): Promise<void>
}

/** Connections that this process may have, of those that all processes together may. */
export interface BudgetPart {
  readonly granted: number
  readonly total: number
  readonly members: number
}

/** A pool, and what the fleet's budget lets it have; undefined: there is no budget. */
export type PoolOfNode = PoolStats & { readonly budget: BudgetPart | undefined }

export interface ServerNode extends DatabaseNode {
  readonly target: Target
  readonly breaker: Breaker
  readonly budget: NodeBudget | undefined
}

/**
 * The watch tries a node out all the time, so nobody has to be told to come back after the whole rest; and while the node
 * starts slowly, callers wait for their turn as they do for a connection.
 */
const NODE_BREAKER = Object.freeze({ retryAfterMsMax: 1_000, queueMax: 1_000, queueForMs: 5_000 })

export function createNodes(setup: NodesSetup): Nodes {
  const { targets, rules, clock, observe } = setup
  const all = targets.map(target => nodeOf(target, setup))
  const replicas = createReplicas({
    ...rules.replicas,
    nodes: all.map(node => monitored(node, rules.replicas, clock)),
    clock,
    observe,
    admits: index => all[index]?.breaker.isAdmitting === true,
    onNode: (index, change) => {
      const node = all[index]
      if (node !== undefined) follow(node, change)
      if (change === 'promoted') moved(index)
    },
  })
  const { primaryWaitMs } = rules.replicas
  let lastPrimary = 0
  let tellMoved = (): void => undefined

  /** One that is the primary again has not moved. */
  function moved(index: number): void {
    if (index === lastPrimary) return
    lastPrimary = index
    tellMoved()
  }

  /** Where there is one node, its own errors say best what is wrong with it. */
  async function nodeForReading(): Promise<ServerNode> {
    const askedAt = clock.now()
    const index = all.length === 1 ? 0 : (replicas.write() ?? (await replicas.read(NO_NEED)))
    const node = index === undefined ? undefined : all[index]
    if (node === undefined) throw new NoNodeError(clock.now() - askedAt)
    return node
  }

  return {
    all,
    router: createRouter({ nodes: all, replicas, clock, primaryWaitMs }),
    async start() {
      await replicas.start()
      const opening = all.map(openFirst)
      await Promise.all(opening.filter((_, index) => replicas.isUp(index)))
    },
    use: async (work, options) => (await nodeForReading()).pool.use(work, options),
    async usePrimary(work, options) {
      const index = all.length === 1 ? 0 : replicas.write()
      const node = index === undefined ? undefined : all[index]
      if (node === undefined) throw new NoPrimaryError(0)
      return node.pool.use(work, options)
    },
    primaryTarget: () => (all[lastPrimary] as ServerNode).target,
    onPrimary(callback) {
      tellMoved = callback
    },
    status: () => replicas.status(),
    pools: () => all.map(({ pool, budget }) => ({ ...pool.stats(), budget: partOf(budget) })),
    checks: () => checksOf(all, replicas),
    async end(deadlineMs) {
      await stopAll(replicas, all, deadlineMs)
    },
  }
}

const NO_NEED: ReadNeed = Object.freeze({})

/** Without its part of the budget a pool may open nothing. Never rejects: events tell what is wrong. */
async function openFirst({ budget, pool }: ServerNode): Promise<void> {
  await budget?.start()
  await pool.fill().catch(() => undefined)
}

async function stopAll(replicas: Replicas, all: readonly ServerNode[], deadlineMs: number) {
  await Promise.all([replicas.stop(), ...all.map(({ pool }) => pool.end(deadlineMs))])
  await Promise.all(all.map(async ({ budget }) => budget?.stop())) // What it gave back is closed now.
}

function nodeOf({ name, target }: NodeTarget, setup: NodesSetup): ServerNode {
  const { rules, breakers, clock, observe } = setup
  const pool = createPool({ ...rules.pool, name, target, clock, observe })
  const { redis } = setup
  const { connectTimeoutMs } = rules.pool
  const share = { name, target, pool, rules: rules.budget, connectTimeoutMs, redis, clock, observe }
  return { name, target, pool, breaker: breakers.get(name, NODE_BREAKER), budget: budgetOf(share) }
}

/** The watch asks it; what it answers is news for its breaker. */
function monitored(
  { name, target, breaker }: ServerNode,
  { answerTimeoutMs }: ReplicasRules,
  clock: Clock,
): NodeSource {
  const source = monitoredNode(name, target, answerTimeoutMs, clock)
  const comeback = createComeback(breaker, clock)
  return {
    ...source,
    async ask() {
      const askedAt = clock.now()
      const answer = await source.ask()
      comeback.answered(askedAt)
      return answer
    },
  }
}

function partOf(budget: NodeBudget | undefined): BudgetPart | undefined {
  const { limit = 0, total, members } = budget?.share() ?? {}
  if (total === undefined || members === undefined) return undefined
  return { granted: limit, total, members }
}

function checksOf(all: readonly ServerNode[], replicas: Replicas): readonly NodesCheck[] {
  const usable = all.filter(({ breaker }, index) => replicas.isUp(index) && breaker.isAdmitting)
  const primary = replicas.write()
  const stats = all.map(({ pool }) => pool.stats())
  const sum = (of: (one: PoolStats) => number) => stats.reduce((total, one) => total + of(one), 0)
  return [
    {
      name: 'database',
      ok: usable.length > 0,
      detail: `${usable.length} of ${all.length} nodes answer; ${primaryDetail(all, primary)}`,
    },
    {
      name: 'pool',
      ok: true,
      detail: `${sum(({ size }) => size)} connections, ${sum(({ waiting }) => waiting)} requests waiting`,
    },
  ]
}

function primaryDetail(all: readonly ServerNode[], primary: number | undefined): string {
  const name = primary === undefined ? undefined : all[primary]?.name
  return name === undefined ? 'there is no primary to write to' : `the primary is ${name}`
}

const SILENT = 'it does not answer the watch'

/** What the watch finds out is news for the connections to the node, and for its breaker. */
function follow({ name, pool, breaker }: ServerNode, change: NodeChange): void {
  switch (change) {
    case 'frozen':
      pool.evict(new Error(`${name} does not answer`), 'now')
      breaker.open(SILENT)
      return
    case 'unreachable':
      pool.evict(new Error(`${name} cannot be reached`), 'now')
      return
    case 'demoted':
      return pool.evict(new Error(`${name} is not the primary any more`), 'when-free')
    case 'reachable': // Those who waited for it must not be refused now.
      if (isRestedByWatch(breaker)) breaker.release()
      return
    case 'promoted': // Its sessions find out by themselves: PostgreSQL ends recovery under them.
      return
  }
}

/** No call has failed since: nothing but silence spoke against it. */
function isRestedByWatch(breaker: Breaker): boolean {
  const { state, transitions } = breaker.status()
  return state === 'open' && transitions.at(-1)?.details === SILENT
}
