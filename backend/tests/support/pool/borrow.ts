import type { Connection } from '../../../src/capabilities/pool/member.ts'
import type { Pool } from '../../../src/capabilities/pool/types.ts'
import type { UseOptions } from '../../../src/capabilities/pool/use-options.ts'

/** A call of `use` that lasts until it is told to end. */
export interface Loan {
  /** Undefined while it waits. */
  readonly connection: () => Connection | undefined
  readonly release: () => void
  /** How it ended: undefined when all went well. */
  readonly error: () => unknown
}

export function borrow(pool: Pool, options?: UseOptions): Loan {
  let connection: Connection | undefined
  let error: unknown
  let release = (): void => undefined
  const released = new Promise<void>(resolve => {
    release = resolve
  })
  const work = (taken: Connection) => {
    connection = taken
    return released
  }
  pool.use(work, { leavesNoTrace: true, ...options }).catch((caught: unknown) => {
    error = caught
  })
  return { connection: () => connection, release, error: () => error }
}
