import type { Catalog } from '../catalog/index.ts'
import type { ReadPlan } from '../plan/index.ts'
import { writeKey } from './key.ts'
import { dependenciesOf } from './plan-dependencies.ts'
import { reachOf } from './plan-reach.ts'
import { tellsAskingTime } from './time-types.ts'
import type { Asked, Cacheability, Cacheable } from './types.ts'

const NOTHING_ELSE: Asked = Object.freeze({})

/**
 * Whether answers of the plan may be kept, under which key, and which changes make them old. Computed once with the plan; what
 * cannot be proved is not kept.
 */
export function cacheabilityOf(
  plan: ReadPlan,
  catalog: Catalog,
  asked: Asked = NOTHING_ELSE,
): Cacheability {
  const { reach, timed } = reachOf(plan, catalog, asked)
  const reasons = reach.reasons.all()
  if (reasons.length > 0) return Object.freeze({ cacheable: false, reasons })
  const { relations, dependencies } = dependenciesOf(plan, catalog, reach.whole)
  const { claims } = reach
  const { version: catalogVersion } = catalog
  const result: Cacheable = {
    cacheable: true,
    claims,
    relations,
    dependencies,
    keyOf(statement, context, parameters) {
      if (tellsTime(timed, parameters)) return undefined
      return writeKey({ statement, catalogVersion, claims }, context, parameters)
    },
  }
  return Object.freeze(result)
}

function tellsTime(
  timed: ReadonlySet<number> | 'all',
  parameters: readonly (string | null)[],
): boolean {
  if (timed === 'all') return parameters.some(value => value !== null && tellsAskingTime(value))
  for (const index of timed) {
    const value = parameters[index - 1]
    if (typeof value === 'string' && tellsAskingTime(value)) return true
  }
  return false
}
