import { StreamInputError, UpcastError } from './errors.ts'

/** One step: what was called `from` is called `to` today, and its data look different. */
export interface Upcaster {
  readonly from: string
  readonly to: string
  /** Pure: the same old data always make the same new. It gets its own copy. */
  readonly up: (data: unknown) => unknown
}

/** The steps put together. */
export interface Upcasters {
  /** Type and data as they are called today. Throws ST629 when a step fails. */
  upcast(type: string, data: unknown): { readonly type: string; readonly data: unknown }
  /** The types in which events of this type, as it is called today, may have been stored: itself and all before it. */
  storedAs(type: string): readonly string[]
}

/** Throws ST626 for two steps from one type, and for steps that lead back to where they began. */
export function createUpcasters(steps: readonly Upcaster[]): Upcasters {
  const byType = new Map(steps.map(step => [step.from, step]))
  refuseForks(steps)
  for (const { from } of steps) refuseCircle(from, byType)
  return {
    upcast(type, data) {
      let now = { type, data }
      for (let step = byType.get(type); step; step = byType.get(now.type))
        now = take(step, now.data)
      return now
    },
    storedAs(type) {
      const names = [type]
      for (const name of names) {
        names.push(...steps.filter(({ to }) => to === name).map(({ from }) => from))
      }
      return names
    },
  }
}

function take({ from, to, up }: Upcaster, data: unknown) {
  try {
    return { type: to, data: up(data) }
  } catch (cause) {
    throw new UpcastError(`An event '${from}' could not be made into '${to}'`, {
      hint: `The upcaster must take everything that was ever stored as '${from}'. The cause is its own error.`,
      cause,
    })
  }
}

function refuseForks(steps: readonly Upcaster[]): void {
  const seen = new Set<string>()
  for (const { from } of steps) {
    if (seen.has(from)) throw new StreamInputError(`There are two upcasters from '${from}'`)
    seen.add(from)
  }
}

function refuseCircle(type: string, byType: ReadonlyMap<string, Upcaster>): void {
  let step = byType.get(type)
  for (let taken = 0; step !== undefined; taken++) {
    if (taken === byType.size) {
      throw new StreamInputError(`The upcasters from '${type}' never end`, {
        hint: 'Each leads to a type of a later form. Give the new form a name of its own.',
      })
    }
    step = byType.get(step.to)
  }
}
