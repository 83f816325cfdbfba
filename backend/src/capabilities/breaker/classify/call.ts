import { RefusedError } from '../errors.ts'
import type { Ending } from '../gate.ts'

/**
 * What an error says about what was called, where nothing is known about it: a failure, unless the caller has gone, or the
 * call never left because something else refused it.
 */
export function classifyCall(error: unknown): Ending {
  return isAbort(error) || error instanceof RefusedError ? 'neutral' : 'failure'
}

/** The caller stopped it. A `TimeoutError` is none: there the time did. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}
