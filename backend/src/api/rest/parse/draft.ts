import { type Parameter, parameter } from '../../../base/index.ts'
import { QueryTooDeepError, QueryTooLargeError } from './errors.ts'

export interface QueryLimitOptions {
  /** Embeds inside each other, and conditions inside each other. Default 12. */
  depthMax?: number
  /** Selected items, conditions and order terms of one request. Default 2_000. */
  nodesMax?: number
}
export type QueryLimits = Readonly<Required<QueryLimitOptions>>
export const QUERY_LIMIT_DEFAULTS: QueryLimits = Object.freeze({ depthMax: 12, nodesMax: 2_000 })

/** What grows while a query string is read: its values, its shape and the count of its parts. */
export class Draft {
  readonly parameters: string[] = []
  shape = ''
  #nodes = 0
  readonly #limits: QueryLimits

  constructor(limits: QueryLimits) {
    this.#limits = limits
  }

  /** Takes a value out of the tree. */
  value(text: string): Parameter {
    return parameter(this.parameters.push(text))
  }

  /** Counts one part of the tree, at this depth (1 is the root's own). */
  node(depth: number): void {
    if (depth > this.#limits.depthMax) throw new QueryTooDeepError(this.#limits.depthMax)
    if (++this.#nodes > this.#limits.nodesMax) throw new QueryTooLargeError(this.#limits.nodesMax)
  }
}
