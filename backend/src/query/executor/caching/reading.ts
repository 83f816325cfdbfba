import type { Dependency, Loaded, LoadContext, Result } from '../../../capabilities/cache/index.ts'
import type { CancelSignal } from '../../../capabilities/pool/index.ts'
import { parseSnapshot, type RowChange, type Snapshot } from '../../cacheability/index.ts'
import { isOutage } from '../executor.ts'
import type { Answer, Execution, Executor, KeptAnswer } from '../types.ts'
import type { Brought } from './answer-cache.ts'
import { keepable } from './answer-codec.ts'
import type { Eligible } from './eligibility.ts'
import { FailedRead } from './failed-read.ts'

type Load = Loaded<Brought, Snapshot, RowChange>

/** Of a failed read, which is not kept: nothing makes it old. */
const NOBODY: ReadonlySet<bigint> = new Set()
const EVERYTHING: Snapshot = Object.freeze({ xmin: 2n ** 64n, xmax: 2n ** 64n, running: NOBODY })

/** What an entry takes in memory beside its texts. */
const ENTRY_BYTES = 512

/** One request's way to the database, if it has to go there. */
export class Reading {
  /** As it was read for this request; undefined: somebody else has read. */
  answer: Answer | undefined
  /** Something older was kept. */
  replaces = false
  readonly #inner: Executor
  readonly #execution: Execution
  readonly #eligible: Eligible
  /** Whether what was read may still be kept, at that moment. */
  readonly #isKept: () => boolean
  #dependencies: readonly Dependency<RowChange>[] | undefined

  constructor(inner: Executor, execution: Execution, eligible: Eligible, isKept: () => boolean) {
    this.#inner = inner
    this.#execution = execution
    this.#eligible = eligible
    this.#isKept = isKept
  }

  readonly dependencies = (): readonly Dependency<RowChange>[] => {
    this.#dependencies ??= this.#eligible.plan.dependencies(this.#execution.parameters)
    return this.#dependencies
  }

  /** For all who wait. What the database says of the statement is the same for all; what is about the way there is not known. */
  async load(signal: CancelSignal, context: Pick<LoadContext<Brought>, 'previous'>): Promise<Load> {
    this.replaces = context.previous !== undefined
    const execution = { ...this.#execution, signal, tellsSnapshot: true }
    try {
      return this.loaded(await this.#inner.run(execution))
    } catch (error) {
      const failed = new FailedRead(error, this.#execution)
      if (isOutage(error) && !failed.isPersonal) throw error
      return { value: failed, version: EVERYTHING, ttlMs: 0 }
    }
  }

  /** What of an answer is kept. */
  loaded(answer: Answer): Load & { readonly value: KeptAnswer } {
    this.answer = answer
    const { body, headers, snapshot: text } = answer
    const snapshot = text === undefined ? NOTHING : parseSnapshot(text)
    const length = (body?.length ?? 0) + (headers?.length ?? 0) + this.#eligible.key.length
    return {
      value: { answer: keepable(answer), snapshot },
      version: text === undefined ? undefined : snapshot,
      dependencies: this.dependencies(),
      ttlMs: this.#isKept() ? undefined : 0,
      bytes: ENTRY_BYTES + 2 * length, // As text, and once more as the bytes that are sent.
    }
  }
}

/** Of an answer that does not say what it was read from: no transaction is known to be in it. */
const NOTHING: Snapshot = Object.freeze({ xmin: 0n, xmax: 0n, running: NOBODY })

/** A result with an answer in it; undefined for one of a failed read. */
export function keptIn(result: Result<Brought> | undefined): Result<KeptAnswer> | undefined {
  if (result === undefined || result.value instanceof FailedRead) return undefined
  return result as Result<KeptAnswer>
}
