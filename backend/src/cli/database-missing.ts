import { STierError } from '../base/index.ts'

/** Nobody said which database to serve, or to describe. */
export class DatabaseMissingError extends STierError {
  readonly code = 'ST012'
  readonly status = 500

  constructor(command = 'serve') {
    super('No database is given', {
      hint:
        `Give its URL: s-tier ${command} postgres://user:password@host/database, or set DATABASE_URL. ` +
        'To look around first, s-tier dev starts one with a sample in it.',
    })
  }
}
