/** Why the limit of connections is what it is. */
export type ShareReason = 'starting' | 'granted' | 'registry-lost' | 'impossible'

/** What the fleet's budget tells. `node`: whose connections they are, where there are several servers. */
export type BudgetEvent = { readonly node?: string } & BudgetChange

export type BudgetChange =
  /** The pool may have another number of connections from now on. */
  | {
      readonly kind: 'budget.shared'
      readonly limit: number
      readonly before: number | undefined
      readonly reason: ShareReason
      readonly total: number | undefined
      readonly members: number | undefined
    }
  /** Told once, when the first question fails. */
  | { readonly kind: 'budget.lost'; readonly error: unknown; readonly retryInMs: number }
  | { readonly kind: 'budget.regained'; readonly afterMs: number }
  /** Told once. */
  | { readonly kind: 'budget.impossible'; readonly error: unknown }
