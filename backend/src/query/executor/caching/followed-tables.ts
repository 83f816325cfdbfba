import type { JournaledTable } from '../../../capabilities/events/index.ts'

/** Which tables are journaled, as far as that is certain. */
export class FollowedTables {
  #states: ReadonlyMap<number, string> = new Map()
  /** Counts the reasons to read them anew, and which of them have been heeded. */
  #wanted = 1
  #known = 0

  /** False from a doubt on until they have been read again. */
  has(relation: number): boolean {
    return this.#known === this.#wanted && this.#states.has(relation)
  }

  all(): readonly number[] {
    return [...this.#states.keys()]
  }

  /** They may be others now. */
  doubt(): void {
    this.#wanted += 1
  }

  /** Before they are read: what to say with the answer. */
  asking(): number {
    return this.#wanted
  }

  /** Answers those that are not what they were. */
  read(tables: readonly JournaledTable[], asked: number): readonly number[] {
    const before = this.#states
    const now = new Map(tables.map(({ relation, state }) => [relation, state]))
    const relations = new Set([...before.keys(), ...now.keys()])
    this.#states = now
    this.#known = asked
    return [...relations].filter(relation => before.get(relation) !== now.get(relation))
  }

  forget(): void {
    this.#states = new Map()
    this.doubt()
  }
}
