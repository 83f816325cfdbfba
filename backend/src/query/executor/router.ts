import type { Breaker } from '../../capabilities/breaker/index.ts'
import type { Pool } from '../../capabilities/pool/index.ts'
import type { Execution } from './types.ts'

/** One server of the database, with all that stands before it. */
export interface DatabaseNode {
  readonly name: string
  readonly pool: Pool
  /** Refuses what the server could not answer now. Undefined: nothing is refused. */
  readonly breaker?: Pick<Breaker, 'enterSoon' | 'leave'> | undefined
}

/** Chooses the node of an execution, and hears how it went there. */
export interface Router {
  /**
   * Where it is to run; a promise only while a node has to catch up, or while there is no primary to write to. Throws, or
   * rejects, when there is no such node. `failed`: where it was tried already. `askedAt`: when it was first asked for, on the
   * executor's clock: several tries wait no longer than one.
   */
  route(
    execution: Execution,
    failed: readonly DatabaseNode[],
    askedAt: number,
  ): DatabaseNode | Promise<DatabaseNode>
  /** What runs where: for the next choice. */
  began(node: DatabaseNode): void
  ended(node: DatabaseNode, durationMs: number): void
  /** An error that says something about the node rather than about the execution. */
  suspect(node: DatabaseNode, error: Error): void
  /** Whether a write is to be told where in the log it stands, and what a client is given for that. `xid`: its transaction. */
  readonly tellsPlaces: boolean
  token(node: DatabaseNode, lsn: string, xid?: bigint): string | undefined
  /**
   * Of which cluster and timeline a token of a write would be now: `historyOf` another one must be the same, or a transaction's id is
   * not that transaction's. Undefined: not known.
   */
  history(): string | undefined
}

/** The router where there is one node. */
export function alwaysTo(node: DatabaseNode): Router {
  return {
    route: () => node,
    began: ignore,
    ended: ignore,
    suspect: ignore,
    tellsPlaces: false,
    token: () => undefined,
    history: () => undefined,
  }
}

function ignore(): void {}
