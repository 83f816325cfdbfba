import { isObject } from '../../../../base/index.ts'

/** One step of a path: from the values reached so far to those it leads to. `root` is what `$` means in a filter. */
export type Step = (values: readonly unknown[], root: unknown) => readonly unknown[]

/** Whether a filter keeps a value. */
export type Test = (value: unknown, root: unknown) => boolean

export function chain(steps: readonly Step[]): Step {
  return (values, root) => steps.reduce((reached, step) => step(reached, root), values)
}

export function member(name: string): Step {
  return each(value => (isObject(value) && Object.hasOwn(value, name) ? [value[name]] : []))
}

/** Counted from the end when negative. */
export function element(index: number): Step {
  return each(value => {
    if (!Array.isArray(value)) return []
    const place = index < 0 ? value.length + index : index
    return place in value ? [value[place]] : []
  })
}

export const children: Step = each(childrenOf)

/** The value itself, its children, theirs, and so on, parents before children. */
export const descendants: Step = each(function all(value): readonly unknown[] {
  return [value, ...childrenOf(value).flatMap(all)]
})

export function filter(test: Test): Step {
  return (values, root) => values.flatMap(childrenOf).filter(value => test(value, root))
}

/** Several selectors in one pair of brackets. */
export function either(steps: readonly Step[]): Step {
  return (values, root) => values.flatMap(value => steps.flatMap(step => step([value], root)))
}

/** RFC 9535, section 2.3.4. */
export function slice(start: number | undefined, end: number | undefined, by = 1): Step {
  return each(value => (Array.isArray(value) && by !== 0 ? sliced(value, start, end, by) : []))
}

function sliced(
  list: readonly unknown[],
  start: number | undefined,
  end: number | undefined,
  by: number,
): unknown[] {
  const place = (index: number) => (index < 0 ? list.length + index : index)
  const bound = (index: number, min: number, max: number) => Math.min(Math.max(index, min), max)
  const taken: unknown[] = []
  if (by > 0) {
    const last = bound(place(end ?? list.length), 0, list.length)
    for (let at = bound(place(start ?? 0), 0, list.length); at < last; at += by)
      taken.push(list[at])
  } else {
    const last = end === undefined ? -1 : bound(place(end), -1, list.length - 1)
    const first = start === undefined ? list.length - 1 : bound(place(start), -1, list.length - 1)
    for (let at = first; at > last; at += by) taken.push(list[at])
  }
  return taken
}

function each(step: (value: unknown) => readonly unknown[]): Step {
  return values => values.flatMap(step)
}

function childrenOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  return isObject(value) ? Object.values(value) : []
}
