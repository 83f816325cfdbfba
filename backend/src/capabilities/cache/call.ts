import type { Entry } from './entry.ts'
import type { Load } from './loader.ts'
import type { Order } from './order.ts'
import type { Ask, Policy, Terms } from './policy.ts'

/** One call of `get`, with all that it said and left open. */
export interface Call<T, Version, Data> {
  readonly order: Order<T, Version, Data>
  readonly ask: Ask | undefined
  readonly signal: AbortSignal | undefined
  /** Changes heard before it: the answer contains them. */
  readonly heard: number
}

export interface CallParts<T, Version, Data> {
  readonly key: string
  readonly load: Load<T, Version, Data>
  readonly policy: Policy<Data>
  readonly terms: Terms
  /** What is kept. */
  readonly entry: Entry<T, Version, Data> | undefined
  readonly heard: number
}

export function callOf<T, Version, Data>(
  parts: CallParts<T, Version, Data>,
): Call<T, Version, Data> {
  const { key, load, policy, terms, entry, heard } = parts
  const { ask, dependencies, signal } = policy
  const order: Order<T, Version, Data> = {
    key,
    load,
    terms,
    dependencies: dependencies?.(),
    isForced: ask?.noCache === true,
    isEarly: false,
    isPrivate: ask?.noStore === true,
    previous: entry?.value,
  }
  return { order, ask, signal, heard }
}
