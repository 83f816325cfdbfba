import type { Clock } from '../../base/index.ts'
import type { BreakerStatus, Chaos } from '../../capabilities/breaker/index.ts'
import type { PoolStats } from '../../capabilities/pool/index.ts'
import type { NodeStatus } from '../../capabilities/replicas/index.ts'

/** What the fleet's budget gives this process of the connections of one server. */
export interface BudgetReport {
  readonly granted: number
  readonly total: number
  readonly members: number
}

/** The pool of one node as it is reported, with its part of the budget; undefined: there is no budget. */
export type PoolReportPart = PoolStats & { readonly budget: BudgetReport | undefined }

/** `/metrics/pool`. Moments are in milliseconds since 1970. */
export interface PoolReport {
  readonly at: number
  readonly pools: readonly PoolReportPart[]
  readonly nodes: readonly NodeStatus[]
  /** Reads that were late on one node and asked of another one too, and those that it answered first. */
  readonly hedges: { readonly asked: number; readonly won: number }
}

/** `/metrics/circuits`. Moments are in milliseconds since 1970. */
export interface CircuitsReport {
  readonly at: number
  readonly circuits: readonly BreakerStatus[]
  /** Faults on purpose: whether there can be any, and those of this moment. */
  readonly chaos: ReturnType<Chaos['status']>
}

/** Connections, their budget, and the nodes that they lead to. Decisions carry the time of people rather than the clock's. */
export function poolReport(
  nodes: { pools(): readonly PoolReportPart[]; status(): readonly NodeStatus[] },
  hedges: PoolReport['hedges'],
  clock: Clock,
): PoolReport {
  const at = clock.epochMs()
  const sinceEpoch = at - clock.now()
  const pools = nodes.pools().map(pool => dated(pool, sinceEpoch))
  return { at, pools, nodes: nodes.status(), hedges }
}

/** Breakers, the nodes' own and those that a program has made for itself, and what is done to them on purpose. */
export function circuitsReport(
  circuits: readonly BreakerStatus[],
  chaos: CircuitsReport['chaos'],
  clock: Clock,
): CircuitsReport {
  return { at: clock.epochMs(), circuits, chaos }
}

function dated(pool: PoolReportPart, sinceEpoch: number): PoolReportPart {
  const decisions = pool.decisions.map(one => ({ ...one, at: Math.round(one.at + sinceEpoch) }))
  return { ...pool, decisions }
}
