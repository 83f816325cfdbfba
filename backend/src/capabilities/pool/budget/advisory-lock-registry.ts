import { type Clock, systemClock } from '../../../base/index.ts'
import type { Target } from '../target.ts'
import { type LockSession, openLockSession, type SessionSetup } from './control-connection.ts'
import { BudgetImpossibleError, RegistryLostError } from './errors.ts'
import { OVERHEAD, REGISTRY_ANSWER_MS } from './options.ts'
import type { BudgetClaim, BudgetRegistry, BudgetShare } from './registry.ts'
import type { LockState } from './lock-state.ts'
import { planSlots } from './slot-plan.ts'

export interface AdvisoryLockRegistrySetup {
  readonly target: Target
  /** As in the options of the budget. */
  readonly share: number
  /** Connections of this process beside its pool. Default 3: this registry's own, the listener and a probe. */
  readonly overhead?: number
  /** Longest time to open the control connection, in milliseconds. Default and at most 5_000. */
  readonly connectTimeoutMs?: number
  readonly clock?: Clock
  /** How a session is opened: for tests. */
  readonly open?: (setup: SessionSetup) => Promise<LockSession>
}

/**
 * The fleet's registry in PostgreSQL itself, which writes nothing: a session of each process holds one advisory lock for each
 * connection that it may have. PostgreSQL keeps two from holding the same, so the sum is exact; locks of a process that is
 * killed are gone with its session. Who there is, what they have and who wants more is read from `pg_locks`. Works on
 * standbys. Processes must log in to the same database; not behind a pooler (`BudgetImpossibleError`).
 */
export function createAdvisoryLockRegistry(setup: AdvisoryLockRegistrySetup): BudgetRegistry {
  const { target, share, overhead = OVERHEAD, clock = systemClock, open = openLockSession } = setup
  const connectTimeoutMs = Math.min(
    setup.connectTimeoutMs ?? REGISTRY_ANSWER_MS,
    REGISTRY_ANSWER_MS,
  )
  let session: LockSession | undefined
  let tellLost: (error: Error) => void = () => undefined

  function lost(error: Error): void {
    session = undefined
    tellLost(new RegistryLostError('PostgreSQL', error))
  }

  async function opened(): Promise<LockSession> {
    session ??= await open({ target, share, connectTimeoutMs, clock, onLost: lost })
    return session
  }

  async function claim({ held, wanted, floor }: BudgetClaim): Promise<BudgetShare> {
    const current = await opened()
    const state = await current.declare(held + overhead, Math.max(wanted, floor) + overhead)
    const { total, part, release, take } = planSlots(state, current.processId, share)
    const has = slotsOf(state, current.processId)
    if (release > 0) await current.release(has.slice(-release))
    const taken = take > 0 ? await current.take(take, total, has) : 0
    const slots = has.length - release + taken
    const granted = Math.max(0, Math.min(part, slots) - overhead)
    return { granted, total, members: state.members.length }
  }

  return {
    async renew(claimed) {
      try {
        return await claim(claimed)
      } catch (error) {
        const hadSession = session !== undefined
        await abandon() // What it holds is not known any more.
        if (error instanceof BudgetImpossibleError) throw error
        const reported = new RegistryLostError('PostgreSQL', error)
        if (hadSession) tellLost(reported)
        throw reported
      }
    },
    leave: abandon,
    onLost(callback) {
      tellLost = callback
    },
  }

  async function abandon(): Promise<void> {
    const current = session
    session = undefined
    await current?.end().catch(() => undefined) // Its locks are gone either way.
  }
}

/** By what PostgreSQL says: what it has is what counts. */
function slotsOf({ members }: LockState, self: number): readonly number[] {
  return members.find(({ processId }) => processId === self)?.slots ?? []
}
