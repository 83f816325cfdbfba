import { variableOf } from '../base/index.ts'

/** The option that has the part of a variable of PostgREST: name after `PGRST_`, then ours. */
export const OPTION_OF: Readonly<Record<string, string>> = Object.freeze({
  DB_URI: 'database.url',
  DB_SCHEMA: 'database.schemas',
  DB_SCHEMAS: 'database.schemas',
  DB_EXTRA_SEARCH_PATH: 'database.extraSearchPath',
  DB_ANON_ROLE: 'database.anonRole',
  DB_PRE_REQUEST: 'database.preRequest',
  DB_MAX_ROWS: 'database.rowsMax',
  DB_AGGREGATES_ENABLED: 'database.aggregatesEnabled',
  DB_PLAN_ENABLED: 'database.planEnabled',
  DB_TX_END: 'database.transactionEnd',
  DB_CHANNEL: 'catalog.channel',
  DB_PREPARED_STATEMENTS: 'pool.prepare',
  DB_POOL: 'pool.sizeMax',
  DB_POOL_ACQUISITION_TIMEOUT: 'pool.acquireTimeoutMs',
  DB_POOL_MAX_IDLETIME: 'pool.idleTimeoutMs',
  DB_POOL_MAX_LIFETIME: 'pool.lifetimeMs',
  JWT_SECRET: 'jwt.secret',
  JWT_SECRET_IS_BASE64: 'jwt.secretIsBase64',
  JWT_AUD: 'jwt.aud',
  JWT_ROLE_CLAIM_KEY: 'jwt.roleClaimKey',
  JWT_CACHE_MAX_ENTRIES: 'jwt.cacheEntriesMax',
  SERVER_HOST: 'http.host',
  SERVER_PORT: 'http.port',
  SERVER_CORS_ALLOWED_ORIGINS: 'http.corsOrigins',
  SERVER_TIMING_ENABLED: 'http.serverTiming',
  LOG_LEVEL: 'log.level',
})

/** One line for each variable of PostgREST that is set: S-Tier does not read it, and which of its own has its part. */
export function postgrestNotices(
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  return Object.keys(environment)
    .filter(name => name.startsWith('PGRST_') && environment[name] !== '')
    .sort()
    .map(name => {
      const option = OPTION_OF[name.slice('PGRST_'.length)]
      const instead =
        option === undefined ? 'it has no such option' : `use ${variableOf(option)} instead`
      return `${name} is set, but S-Tier does not read it: ${instead}\n`
    })
}
