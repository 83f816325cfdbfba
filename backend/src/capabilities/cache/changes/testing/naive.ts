import type { Change, Coherence, Dependency, Precision } from '../../types.ts'
import { fieldsOf, type Rows } from './rows.ts'

interface Flush<Stamp> {
  readonly tag: string | undefined
  readonly upTo: Stamp | undefined
  readonly number: number
}

/** Keeps everything for ever, and looks at all of it. */
export class NaiveLog<Version, Stamp> {
  readonly #coherence: Coherence<Version, Stamp>
  readonly #changes: Change<Stamp, Rows>[] = []
  readonly #flushes: Flush<Stamp>[] = []
  flushes = 0

  constructor(coherence: Coherence<Version, Stamp>) {
    this.#coherence = coherence
  }

  add(change: Change<Stamp, Rows>): void {
    this.#changes.push(change)
  }

  flush(tag: string | undefined, upTo: Stamp | undefined): void {
    if (upTo === undefined) this.flushes++
    this.#flushes.push({ tag, upTo, number: this.flushes })
  }

  isOld(dependencies: readonly Dependency<Rows>[], version: Version, seen: number): boolean {
    const isChanged = this.#changes.some(
      change =>
        !this.#coherence.includes(version, change.stamp) &&
        dependencies.some(dependency => concerned(dependency, change) !== undefined),
    )
    return (
      isChanged || this.#flushes.some(flush => this.#isFlushed(flush, dependencies, version, seen))
    )
  }

  #isFlushed(
    { tag, upTo, number }: Flush<Stamp>,
    dependencies: readonly Dependency<Rows>[],
    version: Version,
    seen: number,
  ): boolean {
    const isAbout = tag === undefined || dependencies.some(dependency => dependency.tag === tag)
    return (
      isAbout && !(upTo === undefined ? number <= seen : this.#coherence.includesAll(version, upTo))
    )
  }
}

const NARROWEST: readonly Precision[] = ['row', 'predicate', 'table']

/** The narrowest precision by which a change concerns one of them. */
export function narrowest(
  dependencies: readonly Dependency<Rows>[],
  change: Change<unknown, Rows>,
): Precision | undefined {
  const all = dependencies.map(dependency => concerned(dependency, change))
  return NARROWEST.find(precision => all.includes(precision))
}

function concerned(
  dependency: Dependency<Rows>,
  change: Change<unknown, Rows>,
): Precision | undefined {
  const { tag, keys, test, index } = dependency
  if (tag !== change.tag) return undefined
  if (change.keys === undefined) return 'table'
  if (keys !== undefined) return keys.some(key => change.keys?.includes(key)) ? 'row' : undefined
  if ((test === undefined && index === undefined) || change.data === undefined) return 'table'
  return isSatisfied(dependency, change.data) ? 'predicate' : undefined
}

function isSatisfied({ test, index }: Dependency<Rows>, data: Rows): boolean {
  const values = index && fieldsOf(data, index.field)
  if (values !== undefined && !values.includes(index?.value ?? '')) return false
  try {
    return test?.(data) ?? true
  } catch {
    return true
  }
}
