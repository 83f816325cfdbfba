import type { Clock, Observer } from '../../../base/index.ts'
import type { IdentityEvent } from './events.ts'
import type { VerificationKey } from './keys.ts'

/** Where keys come from, and how they are renewed. */
export interface KeySource {
  /** Undefined while none could be fetched yet. */
  readonly keys: readonly VerificationKey[] | undefined
  /** Fetches them again for a token whose key is unknown; undefined when that would be too soon or cannot help. */
  renew(): Promise<void> | undefined
  reload(): Promise<void>
  close(): void
}

export interface KeySourceParts {
  readonly clock: Clock
  readonly observe: Observer<IdentityEvent>
  readonly fetch: typeof globalThis.fetch
  /** The keys are others than before: what the old ones have proved does not count any more. */
  readonly onChange: () => void
}
