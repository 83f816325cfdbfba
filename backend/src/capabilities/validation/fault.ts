/** One thing that is wrong with what came. It repeats no value, only names and places. */
export interface Fault {
  /** Where: a JSON pointer (RFC 6901). Empty: the whole. */
  readonly pointer: string
  /** Which rule: `depth`, `duplicate-key`, a keyword of JSON Schema … */
  readonly rule: string
  /** What is wrong, in a sentence. */
  readonly detail: string
  /** What to do about it. */
  readonly hint: string | undefined
  /** The number that the rule has, where it has one. */
  readonly bound?: number
}

/** One step of a JSON pointer, escaped. */
export function pointerStep(step: string | number): string {
  const text = String(step)
  return `/${/[~/]/.test(text) ? text.replaceAll('~', '~0').replaceAll('/', '~1') : text}`
}
