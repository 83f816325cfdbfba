import type { Load } from './loader.ts'
import type { Terms } from './policy.ts'
import type { Dependency } from './types.ts'

/** What is to be loaded, and how. */
export interface Order<T, Version, Data> {
  readonly key: string
  readonly load: Load<T, Version, Data>
  readonly terms: Terms
  readonly dependencies: readonly Dependency<Data>[] | undefined
  /** The caller wants it from the loader, whatever the second level has. */
  readonly isForced: boolean
  /** It is still fresh: only what is newer is better. */
  readonly isEarly: boolean
  /** Only for who asks. */
  readonly isPrivate: boolean
  /** What it replaces. */
  readonly previous: T | undefined
}
