import { STierError } from '../../base/index.ts'

/** The URL of the database cannot be used. The URL itself is not shown, for it may hold a password. */
export class TargetError extends STierError {
  readonly code = 'ST030'
  readonly status = 500

  constructor(reason: string, cause?: unknown) {
    super(`The URL of the database cannot be used: ${reason}`, {
      hint: 'Write it as postgres://user:password@host:5432/database, with @ : / ? # % in names and passwords as %40 %3A %2F %3F %23 %25.',
      cause,
    })
  }
}
