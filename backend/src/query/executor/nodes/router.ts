import type { Clock } from '../../../base/index.ts'
import { DatabaseError } from '../../../capabilities/pool/index.ts'
import {
  NoNodeError,
  NoPrimaryError,
  parseConsistencyToken,
  type ReadNeed,
  type Replicas,
  type Suspicion,
} from '../../../capabilities/replicas/index.ts'
import { codeOf } from '../code-of.ts'
import type { DatabaseNode, Router } from '../router.ts'
import type { Execution } from '../types.ts'

export interface RouterSetup {
  /** In the order in which `replicas` numbers them. */
  readonly nodes: readonly DatabaseNode[]
  readonly replicas: Replicas
  readonly clock: Clock
  /** Longest that a write waits for a primary, with all its tries, in milliseconds. */
  readonly primaryWaitMs: number
}

/** Writes to the primary, reads to the replicas that have what the read must see. */
export function createRouter({ nodes, replicas, clock, primaryWaitMs }: RouterSetup): Router {
  const [first] = nodes
  const alone = nodes.length === 1 ? first : undefined

  async function primaryFor(
    { deadline = Number.POSITIVE_INFINITY }: Execution,
    askedAt: number,
  ): Promise<DatabaseNode> {
    const index = await replicas.whenPrimary(Math.min(deadline, askedAt + primaryWaitMs))
    const node = index === undefined ? undefined : nodes[index]
    if (node === undefined) throw new NoPrimaryError(clock.now() - askedAt)
    return node
  }

  async function laterOf(found: Promise<number | undefined>): Promise<DatabaseNode> {
    const askedAt = clock.now()
    return reader(await found, clock.now() - askedAt)
  }

  function reader(index: number | undefined, waitedMs: number): DatabaseNode {
    const node = index === undefined ? undefined : nodes[index]
    if (node === undefined) throw new NoNodeError(waitedMs)
    return node
  }

  return {
    route(execution, failed, askedAt) {
      // Its own errors say best what is wrong with it.
      if (alone !== undefined) return alone
      const primary = failed.length > 0 ? undefined : replicas.write()
      if (!mayRead(execution)) {
        return (
          (primary === undefined ? undefined : nodes[primary]) ?? primaryFor(execution, askedAt)
        )
      }
      const except = failed.length === 0 ? undefined : failed.map(node => nodes.indexOf(node))
      const found = replicas.read(needOf(execution, except))
      return found instanceof Promise ? laterOf(found) : reader(found, 0)
    },
    began: node => replicas.began(nodes.indexOf(node)),
    ended: (node, durationMs) => replicas.ended(nodes.indexOf(node), durationMs),
    suspect: (node, error) => replicas.suspect(nodes.indexOf(node), suspicionOf(error)),
    tellsPlaces: nodes.length > 1,
    token: (node, lsn, xid) => replicas.token(nodes.indexOf(node), lsn, xid),
    history: () => replicas.history(),
  }
}

const READ_ONLY = '25006'

/** A standby cannot run what is serializable, and what a volatile function does belongs to the primary. */
function mayRead({ context, isVolatile }: Execution): boolean {
  return context.readOnly && context.isolation !== 'serializable' && isVolatile !== true
}

function needOf({ consistency, deadline }: Execution, except: ReadNeed['except']): ReadNeed {
  if (consistency === undefined) return { except, deadline }
  const { token, maxStalenessMs } = consistency
  const known = token === undefined ? undefined : parseConsistencyToken(token)
  const primaryOnly = token !== undefined && known === undefined
  return { token: known, maxStalenessMs, primaryOnly, except, deadline }
}

function suspicionOf(error: Error): Suspicion {
  if (error instanceof NoPrimaryError || codeOf(error) === READ_ONLY) return 'read-only'
  const { cause } = error
  return cause instanceof DatabaseError && cause.code.startsWith('57P') ? 'shutting-down' : 'lost'
}
