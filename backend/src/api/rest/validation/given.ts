import type { JsonKind } from './json-text.ts'

/** A value that is not null: its text, and what it was in JSON. */
export interface Given {
  readonly text: string
  readonly kind: JsonKind
}

/** Of a column by its name: what a row has for it, null, or undefined where nobody knows. */
export type ValueOf = (name: string) => Given | null | undefined
