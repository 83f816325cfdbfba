/**
 * What a connection is wanted for. `interactive`: somebody waits for the answer. `batch`: slow work that must not crowd out
 * the rest. `realtime`: reads for subscribers. `admin`: health and repair, which must always get through.
 */
export type PoolClass = 'interactive' | 'batch' | 'realtime' | 'admin'

export const POOL_CLASSES: readonly PoolClass[] = Object.freeze([
  'interactive',
  'batch',
  'realtime',
  'admin',
])

/** A number for each class. */
export type PerClass = Record<PoolClass, number>

export function noneOfEach(): PerClass {
  return { interactive: 0, batch: 0, realtime: 0, admin: 0 }
}
