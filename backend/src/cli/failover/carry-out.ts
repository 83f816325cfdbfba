import { FailoverFailedError } from './errors.ts'
import { type Fence, raiseFence, replayed } from './fence.ts'
import { follow } from './follow.ts'
import { type FailoverNode, lookAt } from './look.ts'
import type { LiveNode, Plan } from './plan.ts'

/** Longest that a promotion may take, in seconds. */
const PROMOTION_S = 60

type Say = (line: string) => void

/** Does what was planned, and tells each step. Rejects with ST221. */
export async function carryOut(
  { primary, candidate, followers }: Plan & { kind: 'promotion' },
  nodes: readonly FailoverNode[],
  say: Say,
): Promise<void> {
  const fence = primary && (await handOver(primary, candidate, followers, say))
  await promote(candidate, fence)
  say(`${candidate.name} is the primary now`)
  for (const standby of followers) {
    const left = await follow(standby, candidate.node)
    say(left ?? `${standby.name} receives from ${candidate.name}`)
  }
  if (primary !== undefined) say(farewell(primary))
  await checkWrites(primary, fence)
  await checkAlone(candidate, nodes)
}

/** The primary takes no more writes, and the standby has all that it took. The others need not, to follow it. */
async function handOver(
  primary: LiveNode,
  candidate: LiveNode,
  followers: readonly LiveNode[],
  say: Say,
): Promise<Fence> {
  const fence = await raiseFence(primary)
  say(`${primary.name} is read-only, its sessions are ended`)
  const wait = ({ node }: LiveNode) => node.use(database => replayed(database, fence.lsn))
  const others = Promise.allSettled(followers.map(wait))
  try {
    await wait(candidate)
  } catch (error) {
    throw await undone(fence, `${candidate.name} has not received all of ${primary.name}`, error)
  } finally {
    await others
  }
  say(`${candidate.name} has all of it`)
  return fence
}

async function promote({ node, name }: LiveNode, fence: Fence | undefined): Promise<void> {
  try {
    const [row] = await node.use(database =>
      database.query('select pg_catalog.pg_promote(true, $1) as done', [PROMOTION_S]),
    )
    if (row?.['done'] !== true) throw new Error(`It did not happen within ${PROMOTION_S} s`)
  } catch (error) {
    // It may still come: a primary that took writes again beside it would be one too many.
    throw new FailoverFailedError(
      `${name} was told to become the primary and has not done so`,
      `Look into its log. ${fence === undefined ? 'Then say this again.' : 'The former primary stays read-only.'}`,
      error,
    )
  }
}

async function undone(fence: Fence, what: string, error: unknown): Promise<FailoverFailedError> {
  await fence.lift()
  const hint = 'The primary takes writes as before. Say this again when the standby has caught up.'
  return new FailoverFailedError(what, hint, error)
}

function farewell({ name }: LiveNode): string {
  return (
    `${name} still runs, read-only. Stop it now and clone it anew (pg_basebackup, pg_rewind) before it serves again: ` +
    'who says "set transaction read write" there writes what nobody will see.'
  )
}

async function checkWrites(primary: LiveNode | undefined, fence: Fence | undefined): Promise<void> {
  const writes = await fence?.writesSince().catch(() => 0n) // It was stopped: just as well.
  if (primary === undefined || writes === undefined || writes === 0n) return
  throw new FailoverFailedError(
    `${primary.name} took ${writes} more transactions after it was made read-only: they are not in the new primary`,
    `Stop ${primary.name} now and look for what they wrote.`,
  )
}

async function checkAlone(candidate: LiveNode, nodes: readonly FailoverNode[]): Promise<void> {
  const seen = await lookAt(nodes)
  const writers = seen.filter(
    ({ facts }) => facts !== undefined && !facts.isStandby && !facts.isReadOnly,
  )
  const others = writers.filter(({ name }) => name !== candidate.name).map(({ name }) => name)
  if (others.length === 0) return
  throw new FailoverFailedError(
    `${others.join(', ')} takes writes too`,
    `Stop it now: what it took since is not in ${candidate.name}.`,
  )
}
