import type pg from 'pg'
import type { Clock } from '../../../base/index.ts'
import { cancelTargetOf } from '../driver.ts'
import { endClient, openClient } from '../open-client.ts'
import { queryClient } from '../query-client.ts'
import type { Target } from '../target.ts'
import { BudgetImpossibleError } from './errors.ts'
import { capacityOf, CAPACITY_COLUMNS, totalOf } from './capacity.ts'
import {
  lockStateOf,
  type LockState,
  NEEDS_CLASS,
  needsCode,
  SLOT_CLASS,
  STATE_QUERY,
} from './lock-state.ts'
import { REGISTRY_ANSWER_MS } from './options.ts'

/** One session whose locks are the share of a process: they are gone when it is. */
export interface LockSession {
  readonly processId: number
  /** Says what the process has and wants, and reads what everybody says. */
  declare(held: number, wanted: number): Promise<LockState>
  /** Takes up to `count` free slots of the first `total`, besides those it has; answers how many it got. */
  take(count: number, total: number, has: readonly number[]): Promise<number>
  release(slots: readonly number[]): Promise<void>
  end(): Promise<void>
}

export interface SessionSetup {
  readonly target: Target
  readonly share: number
  readonly connectTimeoutMs: number
  readonly clock: Clock
  /** Called once when the session is lost, for whatever reason but `end`. */
  readonly onLost: (error: Error) => void
}

/** Opens the control connection. Throws what the driver does, and `BudgetImpossibleError` behind a pooler. */
export async function openLockSession(setup: SessionSetup): Promise<LockSession> {
  const client = await openClient(setup.target, setup.connectTimeoutMs)
  let isOver = false
  const lost = (error: Error): void => {
    if (isOver) return
    isOver = true
    client.connection.stream.destroy()
    setup.onLost(error)
  }
  client.on('error', lost)
  client.on('end', () => lost(new Error('Connection terminated')))
  const ask = asker(client, setup.clock)
  const { processId } = cancelTargetOf(client, setup.target)
  let code: number | undefined
  try {
    await ask(STAYS_OPEN)
    await rejectPooler(ask, processId, setup.share)
  } catch (error) {
    isOver = true
    client.connection.stream.destroy()
    throw error
  }

  async function replaceNeeds(next: number): Promise<void> {
    if (next === code) return
    const [row = {}] = await ask(DECLARE, [NEEDS_CLASS, next])
    if (Number(row['self']) !== processId) throw new BudgetImpossibleError(POOLED)
    if (code !== undefined) await ask(UNDECLARE, [NEEDS_CLASS, code])
    code = next
  }

  return {
    processId,
    async declare(held, wanted) {
      await replaceNeeds(needsCode(held, wanted))
      const [row = {}] = await ask(STATE_QUERY)
      return lockStateOf(row)
    },
    async take(count, total, has) {
      return (await ask(TAKE, [SLOT_CLASS, total, has, count])).length
    },
    async release(slots) {
      await ask(RELEASE, [SLOT_CLASS, slots])
    },
    async end() {
      isOver = true
      await endClient(client)
    },
  }
}

type Ask = (text: string, values?: readonly unknown[]) => Promise<Record<string, unknown>[]>

/** A server that does not answer holds our locks for nobody: then the connection is given up. */
function asker(client: pg.Client, clock: Clock): Ask {
  return async (text, values) => {
    const giveUp = () => client.connection.stream.destroy(new Error('No answer to the budget'))
    const cancel = clock.after(REGISTRY_ANSWER_MS, giveUp)
    try {
      return await queryClient(client, text, values)
    } finally {
      cancel()
    }
  }
}

const POOLED = 'a pooler stands in front of PostgreSQL, where locks of a session mean nothing'

/** A pooler tells its clients a process number of its own, and gives them another session each time. */
async function rejectPooler(ask: Ask, processId: number, share: number): Promise<void> {
  const [row = {}] = await ask(`select pg_catalog.pg_backend_pid() as self, ${CAPACITY_COLUMNS}`)
  if (Number(row['self']) === processId) return
  throw new BudgetImpossibleError(POOLED, totalOf(capacityOf(row), share))
}

/** The settings that would end a session that is idle between two refreshes, where the version has them. */
const STAYS_OPEN = `
  select pg_catalog.set_config(name, '0', false) from pg_catalog.pg_settings
  where name in ('idle_session_timeout', 'statement_timeout', 'lock_timeout')`
/** Shared locks, of a class in which there are no others: they never wait. */
const DECLARE = `
  select pg_catalog.pg_advisory_lock_shared($1::int, $2::int), pg_catalog.pg_backend_pid() as self`
const UNDECLARE = 'select pg_catalog.pg_advisory_unlock_shared($1::int, $2::int)'
/**
 * Rows are tried one by one until there are enough. `offset 0` keeps the planner from trying a slot of one's own first: that
 * would be locked a second time.
 */
const TAKE = `
  select slot from (
    select slot from pg_catalog.generate_series(0, $2::int - 1) slot
    where slot <> all($3::int[]) offset 0
  ) others
  where pg_catalog.pg_try_advisory_lock($1::int, slot)
  limit $4::int`
const RELEASE = `
  select pg_catalog.pg_advisory_unlock($1::int, slot) from pg_catalog.unnest($2::int[]) slot`
