import { type Clock, systemClock } from '../../base/index.ts'
import {
  classifyPostgres,
  createRetryBudget,
  type Ending,
} from '../../capabilities/breaker/index.ts'
import { type Connection, DatabaseError, DeadlineError } from '../../capabilities/pool/index.ts'
import { NoPrimaryError } from '../../capabilities/replicas/index.ts'
import type { OwnChanges } from './caching/types.ts'
import { codeOf } from './code-of.ts'
import { type Disturb, sufferedMs } from './disturbance.ts'
import { type Ask, createReadTimes, hedged } from './hedging.ts'
import { runClaimed } from './idempotency/run.ts'
import { type Outcome, outcomeOf } from './outcome.ts'
import { ANYTHING, isInDoubt } from './own-changes.ts'
import { createPaceKeeper } from './pace.ts'
import { isSuspicious, repeatOf } from './repeatable.ts'
import type { DatabaseNode, Router } from './router.ts'
import {
  NOTHING_ELSE,
  type Transaction,
  transactionOf,
  type TransactionWants,
} from './transaction.ts'
import type { Answer, Execution, Executor } from './types.ts'

export interface ExecutorSetup {
  readonly clock?: Clock
  /** From 0 to 1, for spreading what is tried again. */
  readonly random?: () => number
  /** The role that the pools log in as, for hints. */
  readonly login?: string | undefined
  /**
   * Asked when no node can answer: what was answered before, if that may still be told. The place of the cache. Default:
   * nothing is known.
   */
  readonly stale?: ((execution: Execution, error: Error) => Answer | undefined) | undefined
  /**
   * What goes wrong on purpose with a node, by its name: asked inside its breaker, before its pool, so that it counts as if the
   * node had done it. Default: nothing.
   */
  readonly disturb?: Disturb | undefined
  /** Ask another node too when a read is late on its own. Default true. */
  readonly hedgedReads?: boolean | undefined
  /** Whether writes are to bring along what they changed, at this moment. Default: they are not. */
  readonly wantsOwnChanges?: (() => boolean) | undefined
  /**
   * Hears what was committed, where that was wanted, before whoever asked for it does; and also when nobody knows whether it was
   * committed. Must not throw.
   */
  readonly onCommitted?: ((changes: OwnChanges) => void) | undefined
  /** Whether writes are told where they stand though there is one node, since several processes serve it. Default: they are not. */
  readonly tellsTokens?: (() => boolean) | undefined
}

/** Tries of one execution at most, and the longest pause before another one on the same node, in milliseconds. */
const TRIES_MAX = 3
const PAUSE_MS = 25

/**
 * Runs executions: a router chooses the node, its breaker lets them through, its pool lends the connection. One transaction
 * each, in one round trip, or in two when its answer is kept. What failed without having done anything is tried again, within
 * a budget, where it makes sense. Throws what the router, the breaker and the pool throw (`DatabaseError`, `ConnectionError`,
 * `PoolTimeoutError`, `PoolQueueFullError`, `PoolEndedError`, `CancelledError`, `DeadlineError`), and with an idempotency
 * key ST142 to ST145.
 */
export function createExecutor(router: Router, setup: ExecutorSetup = {}): Executor {
  const { clock = systemClock, random = Math.random, login, stale, disturb } = setup
  const { hedgedReads = true, wantsOwnChanges = no, onCommitted = ignore, tellsTokens = no } = setup
  const paces = createPaceKeeper()
  const budget = createRetryBudget({ clock })
  const readTimes = hedgedReads && router.tellsPlaces ? createReadTimes(clock) : undefined
  const hedges = { asked: 0, won: 0 }

  async function answer(execution: Execution): Promise<Answer> {
    const askedAt = clock.now()
    budget.deposit()
    const routed = router.route(execution, NONE, askedAt)
    let node = routed instanceof Promise ? await routed : routed
    let failed = NONE
    for (;;) {
      try {
        return await (isHedged(execution) ? runHedged : runOn)(node, execution, askedAt)
      } catch (error) {
        if (isSuspicious(execution, error)) router.suspect(node, error)
        failed = [...failed, node]
        const next = await nextNode(execution, error, failed, askedAt)
        if (next === undefined) throw inTheEnd(execution, error, failed, askedAt)
        node = next
      }
    }
  }

  function wantsOf({ context }: Execution): TransactionWants {
    if (context.readOnly) return NOTHING_ELSE
    const lsn = router.tellsPlaces || (tellsTokens() ? 'if-any' : false)
    return { lsn, changes: wantsOwnChanges() }
  }

  /** It had begun before anybody wanted to know. */
  function isMissed({ mayChange, wants }: Transaction): boolean {
    return mayChange && !wants.changes && wantsOwnChanges()
  }

  /** Where it may be tried once more; undefined: nowhere. A look at where that would be costs nothing of the budget. */
  async function nextNode(
    execution: Execution,
    error: unknown,
    failed: readonly DatabaseNode[],
    askedAt: number,
  ): Promise<DatabaseNode | undefined> {
    const repeat = repeatOf(execution, error)
    const isOver = failed.length >= TRIES_MAX || execution.signal?.aborted === true
    if (repeat === 'never' || isOver) return undefined
    if (repeat === 'elsewhere') {
      const node = await router.route(execution, failed, askedAt)
      return failed.includes(node) || !budget.withdraw() ? undefined : node
    }
    if (!budget.withdraw()) return undefined
    await pause(clock, PAUSE_MS * random() * failed.length) // It may well be the same node.
    return router.route(execution, failed, askedAt)
  }

  /** Where one of several nodes is the primary, "read-only" from each of them means that none was it in time. */
  function inTheEnd(
    { context }: Execution,
    error: unknown,
    failed: readonly DatabaseNode[],
    askedAt: number,
  ): unknown {
    const isRefusedByAll = failed.length >= TRIES_MAX && codeOf(error) === READ_ONLY
    const isMeant = router.tellsPlaces && !context.readOnly
    return isRefusedByAll && isMeant ? new NoPrimaryError(clock.now() - askedAt) : error
  }

  /** A read that is slow by its nature is never late; and what any node may answer, another one may answer too. */
  function isHedged({ statement, context, isVolatile }: Execution): boolean {
    if (readTimes === undefined || !context.readOnly || isVolatile === true) return false
    return context.isolation !== 'serializable' && paces.paceOf(statement.name) === 'interactive'
  }

  async function runHedged(
    node: DatabaseNode,
    execution: Execution,
    askedAt: number,
  ): Promise<Answer> {
    const on =
      (place: DatabaseNode): Ask<Answer> =>
      signal =>
        timed(place, { ...execution, signal }, askedAt)
    const lateAfterMs = readTimes?.lateAfterMs(node)
    if (lateAfterMs === undefined) return timed(node, execution, askedAt)
    let other: DatabaseNode | undefined
    const answer = await hedged({
      clock,
      lateAfterMs,
      signal: execution.signal,
      first: on(node),
      second() {
        other = otherThan(node, execution, askedAt)
        if (other !== undefined) hedges.asked++
        return other && on(other)
      },
      onBeaten(error, isFirst) {
        const place = isFirst ? node : other
        if (place !== undefined && isSuspicious(execution, error)) router.suspect(place, error)
      },
    })
    if (other !== undefined && answer.node === other.name) hedges.won++
    return answer
  }

  /** Where a late read may be asked as well: a node that would not have to catch up first, within the budget for repeats. */
  function otherThan(
    node: DatabaseNode,
    execution: Execution,
    askedAt: number,
  ): DatabaseNode | undefined {
    try {
      const other = router.route(execution, [node], askedAt)
      if (!(other instanceof Promise))
        return other === node || !budget.withdraw() ? undefined : other
      other.catch(() => undefined)
    } catch {
      // There is no other: the first one it is.
    }
    return undefined
  }

  async function timed(node: DatabaseNode, execution: Execution, askedAt: number): Promise<Answer> {
    const startedAt = clock.now()
    try {
      return await runOn(node, execution, askedAt)
    } finally {
      readTimes?.took(node, clock.now() - startedAt)
    }
  }

  async function runOn(node: DatabaseNode, execution: Execution, askedAt: number): Promise<Answer> {
    const { breaker } = node
    const { statement, context } = execution
    const { deadline } = execution
    const leavesNoTrace = isQuiet(execution)
    const entering = breaker?.enterSoon(deadline === undefined ? undefined : { deadline }) ?? 0
    const permit = entering instanceof Promise ? await entering : entering
    let startedAt = clock.now()
    let lateMs = 0
    let isDisturbed = disturb !== undefined
    router.began(node)
    const work = async (connection: Connection) => {
      const now = clock.now()
      startedAt = now - lateMs
      const limited = withinDeadline(execution, now)
      const transaction = transactionOf(limited, wantsOf(limited))
      const { own } = transaction
      let outcome: Outcome
      try {
        outcome =
          transaction.claimAt === undefined
            ? outcomeOf(
                transaction,
                await connection.batch(transaction.steps, execution.signal, !leavesNoTrace),
              )
            : await runClaimed(connection, limited, transaction, login, onCommitted)
      } catch (error) {
        paces.tookAtLeast(statement.name, clock.now() - now)
        if (own !== undefined && isInDoubt(error, own.commitAt)) onCommitted(ANYTHING)
        throw isOfStandby(error, transaction) ? new NoPrimaryError(0) : error
      }
      const durationMs = clock.now() - startedAt
      paces.took(statement.name, durationMs - lateMs)
      if (outcome.own !== undefined) onCommitted(outcome.own)
      else if (isMissed(transaction)) onCommitted(ANYTHING)
      return answerOf(node, outcome, transaction.wants, durationMs, startedAt - askedAt)
    }
    let ending: Ending = 'success'
    try {
      if (disturb !== undefined) lateMs = await sufferedMs(disturb, node.name, execution, clock)
      isDisturbed = false
      return await node.pool.use(work, {
        signal: execution.signal,
        class: paces.paceOf(statement.name),
        tenant: context.role,
        deadline: execution.deadline,
        leavesNoTrace,
      })
    } catch (error) {
      ending = isDisturbed ? classifyPostgres(error) : endingOf(error)
      throw isPast(execution, error, clock.now()) ? new DeadlineError() : error
    } finally {
      const durationMs = clock.now() - startedAt
      breaker?.leave(permit, ending, durationMs)
      router.ended(node, durationMs)
    }
  }

  function answerOf(
    node: DatabaseNode,
    outcome: Outcome,
    told: TransactionWants,
    databaseMs: number,
    waitMs: number,
  ): Answer {
    const { lsn, own } = outcome
    return {
      body: outcome.body,
      rows: outcome.rows,
      total: outcome.total,
      estimated: outcome.estimated,
      status: outcome.status,
      headers: outcome.headers,
      location: outcome.location,
      inserted: outcome.inserted,
      isReplay: outcome.isReplay,
      token:
        lsn === undefined || told.lsn === false ? undefined : router.token(node, lsn, own?.xid),
      node: node.name,
      snapshot: outcome.snapshot,
      own: outcome.snapshot === undefined ? undefined : own,
      databaseMs,
      waitMs,
    }
  }

  async function answerOrStale(execution: Execution): Promise<Answer> {
    try {
      return await answer(execution)
    } catch (error) {
      const known = isOutage(error) ? stale?.(execution, error) : undefined
      if (known === undefined) throw error
      return known
    }
  }

  return { run: stale === undefined ? answer : answerOrStale, hedges: () => ({ ...hedges }) }
}

/** read_only_sql_transaction. */
const READ_ONLY = '25006'
const NONE: readonly DatabaseNode[] = Object.freeze([])

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise(resolve => clock.after(ms, resolve))
}

/** What is left of the time is the longest that a statement may take, and PostgreSQL sees to it. */
function withinDeadline(execution: Execution, now: number): Execution {
  const { deadline, context } = execution
  if (deadline === undefined) return execution
  const leftMs = Math.max(1, Math.ceil(deadline - now))
  const limitMs = context.statementTimeoutMs || leftMs // 0 stands for no limit.
  return { ...execution, context: { ...context, statementTimeoutMs: Math.min(limitMs, leftMs) } }
}

/** A deadline may be as short as the client likes, and a statement as slow: that says nothing about the node. */
function endingOf(error: unknown): Ending {
  return error instanceof DeadlineError ? 'neutral' : classifyPostgres(error)
}

/**
 * It tells no place in the log, for it has none of its own: object_not_in_prerequisite_state. The transaction would have been
 * refused if it had written anything, so nothing came to stay.
 */
function isOfStandby(error: unknown, { lsnAt, wants }: Transaction): boolean {
  if (lsnAt === undefined || wants.lsn !== true || !(error instanceof DatabaseError)) return false
  return error.code === '55000' && error.step === lsnAt
}

/** Nothing stays in the session but the number of the last transaction, which nobody is harmed by. */
function isQuiet({ leavesNoTrace, context, idempotency }: Execution): boolean {
  return leavesNoTrace === true && context.preRequest === undefined && idempotency === undefined
}

/** PostgreSQL has ended the statement (57014) because its time was over. */
function isPast({ deadline }: Execution, error: unknown, now: number): boolean {
  return deadline !== undefined && now >= deadline && codeOf(error) === '57014'
}

function no(): boolean {
  return false
}
function ignore(): void {}

/** No node could answer: the error is about the way to the database rather than about what was asked. */
const OUTAGES: ReadonlySet<string> = new Set([
  ...['PGRST000', 'PGRST001', 'PGRST003'],
  ...['ST501', 'ST502', 'ST503', 'ST504', 'ST505', 'ST510', 'ST514'],
])

export function isOutage(error: unknown): error is Error {
  return OUTAGES.has(codeOf(error) ?? '')
}
