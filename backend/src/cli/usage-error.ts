import { STierError } from '../base/index.ts'

/** The command line cannot be understood. */
export class UsageError extends STierError {
  readonly code = 'ST011'
  readonly status = 400

  constructor(message: string, hint: string) {
    super(message, { hint })
  }
}
