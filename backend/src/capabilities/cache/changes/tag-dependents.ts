import type { Change, Dependency, Precision } from '../types.ts'
import { Buckets } from './buckets.ts'
import { type FieldsOf, isWhole, satisfies } from './concern.ts'
import type { TestBudget } from './test-budget.ts'

/** An entry, listed under one of its dependencies. */
export interface Listed<Data> {
  readonly key: string
  readonly dependency: Dependency<Data>
}

export type Visit = (key: string, precision: Precision) => void

interface TagDependentsSetup<Data> {
  readonly fieldsOf: FieldsOf<Data> | undefined
  readonly budget: TestBudget
}

/** The entries that depend on one tag, each listed where a change finds it with the least work. */
export class TagDependents<Data> {
  readonly #fieldsOf: FieldsOf<Data> | undefined
  readonly #budget: TestBudget
  readonly #rows = new Buckets<Listed<Data>>()
  /** By field, then by value. */
  readonly #indexed = new Map<string, { readonly values: Buckets<Listed<Data>>; size: number }>()
  readonly #tested = new Set<Listed<Data>>()
  readonly #whole = new Set<Listed<Data>>()
  /** With an empty list of keys: only what may have changed anything concerns them. */
  readonly #keyless = new Set<Listed<Data>>()

  constructor({ fieldsOf, budget }: TagDependentsSetup<Data>) {
    this.#fieldsOf = fieldsOf
    this.#budget = budget
  }

  get isEmpty(): boolean {
    const listed = this.#tested.size + this.#whole.size + this.#keyless.size
    return this.#rows.isEmpty && this.#indexed.size + listed === 0
  }

  add(listed: Listed<Data>): void {
    const { keys, index } = listed.dependency
    if (keys?.length === 0) this.#keyless.add(listed)
    else if (keys !== undefined) for (const key of keys) this.#rows.add(key, listed)
    else if (isWhole(listed.dependency, this.#fieldsOf)) this.#whole.add(listed)
    else if (index === undefined || this.#fieldsOf === undefined) this.#tested.add(listed)
    else this.#addIndexed(index.field, index.value, listed)
  }

  delete(listed: Listed<Data>): void {
    const { keys, index } = listed.dependency
    if (keys?.length === 0) this.#keyless.delete(listed)
    else if (keys !== undefined) for (const key of keys) this.#rows.delete(key, listed)
    else if (!this.#whole.delete(listed) && !this.#tested.delete(listed) && index !== undefined) {
      this.#deleteIndexed(index.field, index.value, listed)
    }
  }

  /** Those that a change concerns, the most narrowly concerned first; some of them several times. */
  touched({ keys, data }: Change<unknown, Data>, visit: Visit): void {
    const asWhole = ({ key }: Listed<Data>): void => visit(key, 'table')
    if (keys === undefined) return this.all(asWhole)
    const asRow = ({ key }: Listed<Data>): void => visit(key, 'row')
    for (const key of keys) this.#rows.each(key, asRow)
    if (data === undefined) {
      for (const { values } of this.#indexed.values()) values.all(asWhole)
      this.#tested.forEach(asWhole)
    } else this.#test(data, visit)
    this.#whole.forEach(asWhole)
  }

  all(visit: (listed: Listed<Data>) => void): void {
    this.#rows.all(visit)
    for (const { values } of this.#indexed.values()) values.all(visit)
    this.#tested.forEach(visit)
    this.#whole.forEach(visit)
    this.#keyless.forEach(visit)
  }

  #test(data: Data, visit: Visit): void {
    for (const [field, { values, size }] of this.#indexed) {
      const known = this.#fieldsOf?.(data, field)
      if (known === undefined) values.all(this.#testing(size, data, visit))
      else this.#testIndexed(values, new Set(known), data, visit)
    }
    if (this.#tested.size > 0) {
      this.#tested.forEach(this.#testing(this.#tested.size, data, visit))
    }
  }

  #testIndexed(
    values: Buckets<Listed<Data>>,
    known: ReadonlySet<string | null>,
    data: Data,
    visit: Visit,
  ): void {
    for (const value of known) {
      const size = value === null ? 0 : values.size(value)
      if (value !== null && size > 0) values.each(value, this.#testing(size, data, visit))
    }
  }

  /** Runs tests while that may be afforded. One that was not run counts as satisfied. */
  #testing(tests: number, data: Data, visit: Visit): (listed: Listed<Data>) => void {
    if (!this.#budget.take(tests)) return ({ key }) => visit(key, 'table')
    return ({ key, dependency }) => {
      if (satisfies(dependency, data)) visit(key, 'predicate')
    }
  }

  #addIndexed(field: string, value: string, listed: Listed<Data>): void {
    let index = this.#indexed.get(field)
    if (index === undefined) {
      index = { values: new Buckets(), size: 0 }
      this.#indexed.set(field, index)
    }
    index.values.add(value, listed)
    index.size++
  }

  #deleteIndexed(field: string, value: string, listed: Listed<Data>): void {
    const index = this.#indexed.get(field)
    if (index === undefined) return
    index.values.delete(value, listed)
    index.size--
    if (index.values.isEmpty) this.#indexed.delete(field)
  }
}
