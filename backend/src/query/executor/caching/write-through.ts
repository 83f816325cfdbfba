import type { JournalEvent } from '../../../capabilities/events/index.ts'
import { including, parseSnapshot, rowKey, tagOf } from '../../cacheability/index.ts'
import type { Answer, Execution, RowKeeping, RowRead } from '../types.ts'
import { snapshotText } from './answer-codec.ts'
import { type Eligible, eligibilityOf } from './eligibility.ts'
import type { CachingSetup } from './parts.ts'
import type { PlanPolicies } from './plan-policies.ts'
import { type PlanPolicy, termsOf } from './plan-policy.ts'
import { Reading } from './reading.ts'
import type { OwnChanges } from './types.ts'

/**
 * Writes whose answer is that of a read: the one row they wrote, as it is found by its key. It is kept where what the transaction
 * did proves that: one change of one row, in a table on no other row of which the read depends.
 */
export class WriteThrough {
  readonly #setup: CachingSetup
  readonly #policies: PlanPolicies
  #kept = 0

  constructor(setup: CachingSetup, policies: PlanPolicies) {
    this.#setup = setup
    this.#policies = policies
  }

  /** Answers that were kept. */
  get kept(): number {
    return this.#kept
  }

  async run(execution: Execution, keeping: RowKeeping): Promise<Answer> {
    const { inner, cache } = this.#setup
    const policy = isOrdinary(execution) ? this.#policyOf(keeping.row) : undefined
    if (policy === undefined) return inner.run(execution)
    const add = cache.adding() // Whatever is flushed from here on counts.
    const answer = await inner.run({ ...execution, tellsSnapshot: true })
    try {
      const found = this.#provedOf(answer, execution, keeping)
      if (found?.eligible.policy === policy) {
        if (add(found.eligible.key, found.loaded, termsOf(policy))) this.#kept++
      }
    } catch {
      // It is committed, and must not fail any more.
    }
    return answer
  }

  /** Undefined where changes of its table are not told. */
  #policyOf({ cacheability }: RowRead): PlanPolicy | undefined {
    if (!cacheability.cacheable || !this.#policies.isEnabled || this.#policies.isIdle) {
      return undefined
    }
    const policy = this.#policies.of(cacheability)
    return typeof policy === 'string' || !policy.isJournaled ? undefined : policy
  }

  /** What is kept of the answer, and under which key; undefined where it is not proved to be that of the read. */
  #provedOf(answer: Answer, execution: Execution, { row, claims }: RowKeeping) {
    const values = keyOf(answer, row)
    const snapshot = values && snapshotOf(answer)
    if (values === undefined || snapshot === undefined) return undefined
    const { context } = execution
    const read: Execution = {
      ...{ statement: row.statement, parameters: values, signal: undefined },
      context: { ...context, readOnly: true },
    }
    const caching = { cacheability: row.cacheability, claims }
    const eligible = eligibilityOf(read, caching, this.#policies)
    if (typeof eligible === 'string' || !isOfOneRow(eligible, row, values)) return undefined
    const reading = new Reading(this.#setup.inner, read, eligible, () => true)
    return { eligible, loaded: reading.loaded({ ...answer, total: null, snapshot }) }
  }
}

function isOrdinary({ context, idempotency }: Execution): boolean {
  const { isolation, rollback, preRequest } = context
  const isOfItself = isolation !== undefined || rollback || preRequest !== undefined
  return !isOfItself && idempotency === undefined
}

/** The key of the row that was changed and answered, as its values are written in the journal. */
function keyOf(answer: Answer, row: RowRead): readonly string[] | undefined {
  const after = isOfOne(answer) ? changedBy(answer.own, row)?.new : undefined
  const values = row.primaryKey.map(name => after?.[name] ?? undefined)
  return values.every(value => value !== undefined) ? values : undefined
}

function isOfOne({ body, rows, status, headers, isReplay }: Answer): boolean {
  const isPlain = status === null && headers === null && isReplay === undefined
  return isPlain && body !== null && rows === 1
}

/** Each row that is written is an event: whatever triggers or cascades did besides would be another one. */
function changedBy(own: OwnChanges | undefined, row: RowRead): JournalEvent | undefined {
  const [event, ...others] = own?.events ?? []
  if (event === undefined || others.length > 0 || event.cursor.xid !== own?.xid) return undefined
  return isExpected(event, row) ? event : undefined
}

/** A rule of the table may make something else of a statement, which is told by what it did. */
function isExpected({ relation, kind, key, new: after }: JournalEvent, row: RowRead): boolean {
  if (relation !== row.relation || key === undefined || after === undefined) return false
  if (rowKey(key, row.primaryKey) !== rowKey(after, row.primaryKey)) return false
  return row.change === 'either' ? kind === 'insert' || kind === 'update' : kind === row.change
}

/** What was there before the statement, and what the transaction did itself. What it saw besides counts as not contained. */
function snapshotOf({ snapshot, own }: Answer): string | undefined {
  if (snapshot === undefined || own?.xid === undefined) return undefined
  const whole = including(parseSnapshot(snapshot), own.xid)
  return whole && snapshotText(whole)
}

/** Neither a policy nor anything else looks at other rows, of which the statement saw those of before. */
function isOfOneRow({ plan }: Eligible, { relation }: RowRead, values: readonly string[]): boolean {
  const [dependency, ...others] = plan.dependencies(values)
  if (dependency === undefined || others.length > 0) return false
  const { tag, keys = [] } = dependency
  return tag === tagOf(relation) && keys.length === 1 && keys[0] === JSON.stringify(values)
}
