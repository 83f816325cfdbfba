/** One statement of a batch. All values travel as text; PostgreSQL reads them as the parameter's type. */
export interface Step {
  readonly text: string
  /** Prepared under this name on first use; the same name always has the same text. Empty: not kept. */
  readonly name: string
  /** One for each `$n`, in order. */
  readonly values: readonly (string | null)[]
  /** The rows are of no interest: they are skipped, not read. */
  readonly discard: boolean
  /**
   * What stands before it has come to stay, whatever becomes of it: when it fails, or the connection is lost in it, the batch
   * ends well with the results up to here, and the steps behind it are not run.
   */
  readonly isExtra?: boolean
}

/** A row as PostgreSQL sent it: the text of each column, by position. */
export type Row = readonly (string | null)[]

/** Rows of one step; none for a discarded one. */
export type StepResult = readonly Row[]

/**
 * Tells whether the caller still wants the answer. An `AbortSignal` is one; so is any object whose `aborted` turns
 * true, which costs nothing to make. It is looked at every 25 ms rather than listened to.
 */
export interface CancelSignal {
  readonly aborted: boolean
}

/** Enough of a database to read a catalog from: rows as objects by column name, values in JavaScript's types. */
export interface Queryable {
  query(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>
}
