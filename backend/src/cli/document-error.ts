import { STierError } from '../base/index.ts'

/** A document that a command was pointed to cannot be used. */
export class DocumentError extends STierError {
  readonly code = 'ST013'
  readonly status = 500

  constructor(place: string, problem: string, hint?: string, cause?: unknown) {
    super(`The document ${place} ${problem}`, { hint, cause })
  }
}
