import type { Clock } from '../../base/index.ts'
import type { Penalty, Subject } from './types.ts'

/** More than these at once are not kept: the ones that end first give way. */
const PENALTIES_MAX = 10_000

/** What is told from one process to another ends a little later. */
const SAME_MS = 1_000

/** Who gets less than the limits give, and until when. */
export class Penalties {
  readonly #clock: Clock
  readonly #byAttribute = new Map<string, Map<string, Penalty>>()
  size = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Of two for the same subjects the harder share and the later end hold. Says whether that is news. */
  add(penalty: Penalty): boolean {
    if (this.size >= PENALTIES_MAX) this.#makeRoom()
    const { attribute, value } = penalty
    const values = this.#byAttribute.get(attribute) ?? new Map<string, Penalty>()
    this.#byAttribute.set(attribute, values)
    const known = values.get(value)
    const before = known !== undefined && known.until > this.#clock.epochMs() ? known : undefined
    const share = Math.min(before?.share ?? 1, penalty.share)
    const until = Math.max(before?.until ?? 0, penalty.until)
    values.set(value, { ...penalty, share, until })
    this.#count()
    return before === undefined || share < before.share || until > before.until + SAME_MS
  }

  remove(attribute: string, value: string): void {
    this.#byAttribute.get(attribute)?.delete(value)
    this.#count()
  }

  /** What is left of the limits for a subject: the least that any of its attributes leaves. */
  shareOf(subject: Subject): number {
    let share = 1
    for (const [attribute, values] of this.#byAttribute) {
      const value = subject.attribute(attribute)
      const penalty = value === undefined ? undefined : values.get(value)
      if (penalty === undefined) continue
      if (penalty.until > this.#clock.epochMs()) share = Math.min(share, penalty.share)
      else this.remove(attribute, penalty.value)
    }
    return share
  }

  list(): readonly Penalty[] {
    const now = this.#clock.epochMs()
    return [...this.#byAttribute.values()]
      .flatMap(values => [...values.values()])
      .filter(penalty => penalty.until > now)
  }

  #makeRoom(): void {
    const byEnd = this.list().toSorted((a, b) => b.until - a.until)
    this.#byAttribute.clear()
    for (const penalty of byEnd.slice(0, PENALTIES_MAX / 2)) {
      const values = this.#byAttribute.get(penalty.attribute) ?? new Map<string, Penalty>()
      this.#byAttribute.set(penalty.attribute, values.set(penalty.value, penalty))
    }
  }

  #count(): void {
    this.size = 0
    for (const [attribute, values] of this.#byAttribute) {
      if (values.size === 0) this.#byAttribute.delete(attribute)
      this.size += values.size
    }
  }
}
