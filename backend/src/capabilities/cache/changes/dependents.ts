import { type Clock, systemClock } from '../../../base/index.ts'
import type { Change, Dependency, Dependents, Touched } from '../types.ts'
import type { FieldsOf } from './concern.ts'
import { type Listed, TagDependents } from './tag-dependents.ts'
import { TestBudget } from './test-budget.ts'

export interface DependentsSetup<Data> {
  /** Needed where dependencies have an `index`; without it their tests are run at each change of the tag. */
  readonly fieldsOf?: FieldsOf<Data> | undefined
  /**
   * Tests that may be run in a second. When there are more, the rest counts as satisfied: what depends on them is loaded anew.
   * Default 500_000.
   */
  readonly testsPerSecondMax?: number
  readonly clock?: Clock
}

const NOBODY: readonly Touched[] = Object.freeze([])

/**
 * Which entries a change concerns. Rows, and tests with an index, are looked up, so the work grows with the entries that are
 * found and not with those that are there; tests without an index are run one by one.
 */
export function createDependents<Data = undefined>(
  setup: DependentsSetup<Data> = {},
): Dependents<Data> {
  return new ListedDependents(setup)
}

class ListedDependents<Data> implements Dependents<Data> {
  readonly #tags = new Map<string, TagDependents<Data>>()
  readonly #entries = new Map<string, readonly Listed<Data>[]>()
  readonly #fieldsOf: FieldsOf<Data> | undefined
  readonly #budget: TestBudget

  constructor({ fieldsOf, testsPerSecondMax, clock }: DependentsSetup<Data>) {
    this.#fieldsOf = fieldsOf
    this.#budget = new TestBudget(testsPerSecondMax ?? 500_000, clock ?? systemClock)
  }

  register(key: string, dependencies: readonly Dependency<Data>[]): void {
    this.unregister(key)
    const listed = dependencies.map(dependency => ({ key, dependency }))
    this.#entries.set(key, listed)
    for (const one of listed) this.#tagOf(one.dependency.tag).add(one)
  }

  unregister(key: string): void {
    for (const listed of this.#entries.get(key) ?? []) {
      const { tag } = listed.dependency
      const dependents = this.#tags.get(tag)
      dependents?.delete(listed)
      if (dependents?.isEmpty === true) this.#tags.delete(tag)
    }
    this.#entries.delete(key)
  }

  touched(change: Change<unknown, Data>): readonly Touched[] {
    const dependents = this.#tags.get(change.tag)
    if (dependents === undefined) return NOBODY
    const found: Touched[] = []
    const keys = new Set<string>()
    dependents.touched(change, (key, precision) => {
      if (keys.has(key)) return
      keys.add(key)
      found.push({ key, precision })
    })
    return found
  }

  under(tag?: string): readonly string[] {
    if (tag === undefined) return [...this.#entries.keys()]
    const keys = new Set<string>()
    this.#tags.get(tag)?.all(({ key }) => void keys.add(key))
    return [...keys]
  }

  clear(): void {
    this.#tags.clear()
    this.#entries.clear()
  }

  #tagOf(tag: string): TagDependents<Data> {
    const known = this.#tags.get(tag)
    if (known !== undefined) return known
    const dependents = new TagDependents<Data>({ fieldsOf: this.#fieldsOf, budget: this.#budget })
    this.#tags.set(tag, dependents)
    return dependents
  }
}
