/** How much of everything: `quick` shows that it works; its figures decide nothing. */
export type Extent = 'full' | 'quick'

/** A question about one capability, answered by measurements that each bring their own set-up. */
export interface Study {
  /** Names its results, and its page in docs/reference/figures. */
  readonly name: string
  /** Whose versions belong to the figures. */
  readonly packages: readonly string[]
  readonly trials: readonly Trial[]
  /** How long a full run may take, where somebody wants more than others take, in milliseconds. */
  readonly timeMaxMs?: number
}

export interface Trial {
  readonly name: string
  readonly title: string
  run(extent: Extent): Promise<Outcome>
}

/** What a trial found out. */
export interface Outcome {
  /** Figures of each row, unit in the name. */
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
  readonly bars: readonly TrialBar[]
  /** Of servers that took part, such as PostgreSQL. */
  readonly versions?: Readonly<Record<string, string>> | undefined
  /** What the figures were made from, for the file of raw results. */
  readonly raw: unknown
}

export interface Column {
  readonly name: string
  readonly digits: number
}

export interface Row {
  readonly name: string
  /** In the order of the columns; undefined: does not apply. What no number says is said in words. */
  readonly values: readonly (number | string | undefined)[]
}

/** A limit that was set before anything was measured, and what came out. */
export interface TrialBar {
  readonly what: string
  readonly kind: 'at most' | 'at least'
  readonly limit: number
  readonly value: number
  readonly isMet: boolean
  /** What explains the value; shown when the bar is missed. */
  readonly reason: string | undefined
}

export function atMost(what: string, value: number, limit: number, reason?: string): TrialBar {
  return { what, kind: 'at most', limit, value, isMet: value <= limit, reason }
}

export function atLeast(what: string, value: number, limit: number, reason?: string): TrialBar {
  return { what, kind: 'at least', limit, value, isMet: value >= limit, reason }
}
