import { STierError } from '../../base/index.ts'

/** The server is older than PostgreSQL 13. */
export class UnsupportedServerError extends STierError {
  readonly code = 'ST201'
  readonly status = 503

  /** `version` as in `server_version_num`. */
  constructor(version: number) {
    super(`PostgreSQL ${Math.floor(version / 10_000)} is not supported`, {
      hint: 'Use PostgreSQL 13 or newer.',
    })
  }
}

/** A schema of the configuration is not in the database. */
export class MissingSchemaError extends STierError {
  readonly code = 'ST202'
  readonly status = 503

  constructor(missing: readonly string[], existing: readonly string[]) {
    const names = missing.map(name => `'${name}'`).join(', ')
    super(`The database has no ${missing.length === 1 ? 'schema' : 'schemas'} ${names}`, {
      details: `Its schemas are: ${existing.join(', ') || 'none'}.`,
      hint: 'Set database.schemas (--database-schemas, STIER_DATABASE_SCHEMAS) to schemas that exist, or create them.',
    })
  }
}
