import type { Cacheable, KeyContext } from '../../cacheability/index.ts'
import type { BypassReason, Caching, Execution } from '../types.ts'
import type { PlanPolicies } from './plan-policies.ts'
import type { NoPolicy, PlanPolicy } from './plan-policy.ts'

/** A read whose answer may be kept. */
export interface Eligible {
  readonly plan: Cacheable
  readonly policy: PlanPolicy
  readonly key: string
}

/** Why it may not; `absent`: there is nothing that could keep it. */
export type Ineligible = BypassReason | 'absent'

/** Whether the answer may be kept, under which key, and how. */
export function eligibilityOf(
  execution: Execution,
  caching: Caching,
  policies: PlanPolicies,
): Eligible | Ineligible {
  if (policies.isIdle) return 'absent'
  const { cacheability: plan } = caching
  if (!plan.cacheable) return plan.reasons[0]?.code ?? 'unanalysable-expression'
  const reason = reasonOf(execution)
  if (reason !== undefined) return reason
  const policy = policies.of(plan)
  return isNone(policy) ? policy : (eligible(plan, policy, execution, caching) ?? 'asking-time')
}

/** The same by what was known while the journal was followed: for answers in place of what cannot be read. */
export function lastEligible(
  execution: Execution,
  caching: Caching,
  policies: PlanPolicies,
): Eligible | undefined {
  const { cacheability: plan } = caching
  const policy = plan.cacheable ? policies.lastOf(plan) : undefined
  if (!plan.cacheable || policy === undefined) return undefined
  return eligible(plan, policy, execution, caching)
}

function reasonOf({ context, statement, isVolatile }: Execution): BypassReason | undefined {
  if (!context.readOnly) return 'written'
  if (isVolatile === true) return 'volatile-function'
  if (context.preRequest !== undefined) return 'pre-request'
  if (statement.estimate !== undefined) return 'count'
  const isOrdinary = context.isolation === undefined || context.isolation === 'read committed'
  return context.rollback || !isOrdinary ? 'transaction' : undefined
}

function eligible(
  plan: Cacheable,
  policy: PlanPolicy,
  { statement, context, parameters }: Execution,
  { claims }: Caching,
): Eligible | undefined {
  const { role, searchPath, settings } = context
  const caller: KeyContext = { role, claims, searchPath, settings }
  const key = plan.keyOf(statement.name, caller, parameters)
  return key === undefined ? undefined : { plan, policy, key: policy.prefix + key }
}

function isNone(policy: PlanPolicy | NoPolicy): policy is NoPolicy {
  return typeof policy === 'string'
}
