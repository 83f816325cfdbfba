import { STierError } from './errors.ts'

/** A bug in S-Tier itself: something that the code had ruled out has happened. */
export class BugError extends STierError {
  readonly code = 'ST900'
  readonly status = 500
}

/** Says to the compiler and to the reader what holds here; a failure is a bug, not bad input. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new BugError(`This should not have happened: ${message}`)
}

/** The end of a switch over a union that the compiler knows to be complete. */
export function unreachable(value: never): never {
  throw new BugError(`This should not have happened: unexpected ${JSON.stringify(value)}`)
}
