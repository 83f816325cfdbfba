import type { Reason, ReasonCode } from './types.ts'

/** What is said of each, after the subject. */
const MESSAGES: Readonly<Record<ReasonCode, string>> = Object.freeze({
  clock: 'tells the time, so the answer changes without any row changing',
  count: "is the planner's estimate, which changes without any row changing",
  explain: 'is how PostgreSQL would run it now',
  'foreign-table': 'is in another database, where changes are not heard of',
  'pre-request': 'runs before each statement and may decide about its answer',
  'server-function': 'answers by something that is not in the key of an answer',
  setting: 'is a setting that is not in the key of an answer',
  'system-catalog': 'is a table of PostgreSQL itself, where changes are not heard of',
  'temporary-table': 'is a temporary table: each session has another',
  type: 'is made by functions that cannot be looked into',
  'unanalysable-expression': 'is more than is understood here',
  'unanalysable-function':
    'cannot be looked into: write it as one expression, or in the form BEGIN ATOMIC … END',
  'unknown-relation': 'is in no schema that is looked at',
  'volatile-function': 'is VOLATILE: declare it STABLE if it changes nothing and only reads',
  written: 'is the answer of a write',
})

/** Reasons, each once. */
export class Reasons {
  readonly #found = new Map<string, Reason>()

  add(code: ReasonCode, subject: string): void {
    const message = `${subject} ${MESSAGES[code]}.`
    this.#found.set(`${code} ${subject}`, Object.freeze({ code, subject, message }))
  }

  all(): readonly Reason[] {
    return [...this.#found.values()]
  }
}
