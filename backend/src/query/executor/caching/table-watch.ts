import type { Clock } from '../../../base/index.ts'
import {
  type JournaledTable,
  journaledTables,
  type Queryable,
} from '../../../capabilities/events/index.ts'
import { FollowedTables } from './followed-tables.ts'

/** What was answered to the question which tables are journaled. */
export interface TablesReading {
  readonly tables: readonly JournaledTable[]
  readonly asked: number
  readonly askedAt: number
  readonly committed: string | undefined
}

/** Which tables are journaled, and as of when that is known. */
export class TableWatch {
  readonly #clock: Clock
  readonly #tables = new FollowedTables()
  /** When it was asked, the last time that was answered. */
  #askedAt = Number.NEGATIVE_INFINITY
  /** What had been committed by then: while nothing has been since, all is as it was. */
  #committed: string | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  has(relation: number): boolean {
    return this.#tables.has(relation)
  }

  all(): readonly number[] {
    return this.#tables.all()
  }

  ageMs(now: number): number {
    return now - this.#askedAt
  }

  /** They may be others now. */
  doubt(): void {
    this.#committed = undefined
    this.#tables.doubt()
  }

  forget(): void {
    this.#committed = undefined
    this.#tables.forget()
  }

  /** A look at `askedAt` has found nothing committed since they were read, so they are known as of then. */
  isSame(committed: string | undefined, askedAt: number): boolean {
    const isSame = committed !== undefined && committed === this.#committed
    if (isSame) this.#askedAt = askedAt
    return isSame
  }

  /** `committed`: of a look before. */
  async ask(database: Queryable, committed: string | undefined): Promise<TablesReading> {
    const asked = this.#tables.asking()
    const askedAt = this.#clock.now()
    return { tables: await journaledTables(database), asked, askedAt, committed }
  }

  /** Answers those that are not what they were. */
  take({ tables, asked, askedAt, committed }: TablesReading): readonly number[] {
    const isCertain = asked === this.#tables.asking()
    this.#askedAt = askedAt
    this.#committed = isCertain ? committed : undefined
    return this.#tables.read(tables, asked)
  }
}
