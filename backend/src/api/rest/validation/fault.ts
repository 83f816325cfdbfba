/** What PostgreSQL would say, and to whom it may be told where. */
export interface Refusal {
  /** SQLSTATE. */
  readonly code: string
  /** PostgreSQL's own words. */
  readonly message: string
  readonly details?: string
  /** What was broken, in a word that does not change: `type`, `range`, `length`, `required`, `enum`, `check`, `generated`, `nul`. */
  readonly rule: Rule
  readonly hint: string
}

export type Rule = 'type' | 'range' | 'length' | 'required' | 'enum' | 'check' | 'generated' | 'nul'

/** A refusal and its place in the body. */
export interface Fault extends Refusal {
  /** RFC 6901. */
  readonly pointer: string
}

/** The pointer of a member: of a row of an array, or of the one object. */
export function pointerOf(row: number | undefined, name: string | undefined): string {
  const ofRow = row === undefined ? '' : `/${row}`
  return name === undefined ? ofRow : `${ofRow}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
}
