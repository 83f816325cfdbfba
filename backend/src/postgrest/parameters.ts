import * as notations from './notation.ts'
import type { Notation } from './notation.ts'

/** A parameter of PostgREST's configuration. PostgREST: references/configuration. */
export interface Parameter {
  /** As its configuration file has it: `db-schemas`. */
  readonly name: string
  /** Older names that it still reads. */
  readonly aliases: readonly string[]
  /** The option that has its part; undefined when none has. */
  readonly option: string | undefined
  /** How its value is written. */
  readonly notation: Notation
  /** The database may set it too: `pgrst.db_schemas`. */
  readonly inDatabase: boolean
  /** An empty text is a value of it, not its absence. */
  readonly mayBeEmpty: boolean
  /** Why no option has its part: completes "it is not read: …". */
  readonly reason: string | undefined
}

type Traits = Partial<Omit<Parameter, 'name' | 'option'>>

/** Stands for every parameter whose name begins with `app.settings.`. */
export const APP_SETTINGS = 'app.settings.*'

const inDatabase = true
const { boolean, connection, fileMode, host, integer, logLevel, seconds, secret, single } =
  notations

/** Every parameter of PostgREST 13 to 16. */
export const PARAMETERS: readonly Parameter[] = Object.freeze([
  served('admin-server-host', 'http.adminHost', { notation: host }),
  served('admin-server-port', 'http.adminPort', { notation: integer }),
  served('admin-server-unix-socket', 'http.adminSocket'),
  served('admin-server-unix-socket-mode', 'http.adminSocketMode', { notation: fileMode }),
  served(APP_SETTINGS, 'database.settings'),
  served('client-error-verbosity', 'http.errorVerbosity', { inDatabase }),
  served('db-aggregates-enabled', 'database.aggregatesEnabled', { notation: boolean, inDatabase }),
  served('db-anon-role', 'database.anonRole', { inDatabase }),
  served('db-channel', 'catalog.channel'),
  served('db-channel-enabled', 'catalog.channelEnabled', { notation: boolean }),
  served('db-config', 'database.configEnabled', { notation: boolean }),
  served('db-extra-search-path', 'database.extraSearchPath', { inDatabase, mayBeEmpty: true }),
  served('db-hoisted-tx-settings', 'database.hoistedSettings', { inDatabase }),
  served('db-max-rows', 'database.rowsMax', { aliases: ['max-rows'], inDatabase }),
  served('db-plan-enabled', 'database.planEnabled', { notation: boolean, inDatabase }),
  served('db-pool', 'pool.sizeMax', { notation: integer }),
  served('db-pool-acquisition-timeout', 'pool.acquireTimeoutMs', { notation: seconds }),
  unserved('db-pool-automatic-recovery', 'lost connections are always opened again'),
  served('db-pool-max-idletime', 'pool.idleTimeoutMs', {
    aliases: ['db-pool-timeout'],
    notation: seconds,
  }),
  served('db-pool-max-lifetime', 'pool.lifetimeMs', { notation: seconds }),
  served('db-pre-config', 'database.preConfig', { inDatabase }),
  served('db-pre-request', 'database.preRequest', { aliases: ['pre-request'], inDatabase }),
  served('db-prepared-statements', 'pool.prepare', { notation: boolean, inDatabase }),
  served('db-root-spec', 'rest.rootFunction', { aliases: ['root-spec'], inDatabase }),
  served('db-schemas', 'database.schemas', { aliases: ['db-schema'], inDatabase }),
  unserved(
    'db-timezone-enabled',
    'PostgreSQL itself knows its time zones, so no list of them is read',
    {
      inDatabase,
    },
  ),
  served('db-tx-end', 'database.transactionEnd', { inDatabase }),
  served('db-uri', 'database.url', { notation: connection }),
  served('jwt-aud', 'jwt.aud', { notation: single, inDatabase }),
  served('jwt-cache-max-entries', 'jwt.cacheEntriesMax', { notation: integer, inDatabase }),
  served('jwt-cache-max-lifetime', 'jwt.cacheLifetimeMs', { notation: seconds, inDatabase }),
  served('jwt-role-claim-key', 'jwt.roleClaimKey', { aliases: ['role-claim-key'], inDatabase }),
  served('jwt-secret', 'jwt.secret', { notation: secret, inDatabase }),
  served('jwt-secret-is-base64', 'jwt.secretIsBase64', {
    aliases: ['secret-is-base64'],
    notation: boolean,
    inDatabase,
  }),
  served('log-level', 'log.level', { notation: logLevel }),
  served('log-query', 'log.queries', { notation: boolean }),
  served('openapi-mode', 'openapi.mode', { inDatabase }),
  served('openapi-security-active', 'openapi.securityActive', { notation: boolean, inDatabase }),
  served('openapi-server-proxy-uri', 'openapi.serverUrl', { inDatabase }),
  served('server-cors-allowed-origins', 'http.corsOrigins', { inDatabase }),
  served('server-host', 'http.host', { notation: host }),
  served('server-port', 'http.port', { notation: integer }),
  unserved('server-reuseport', 'two servers cannot share a port'),
  served('server-timing-enabled', 'http.serverTiming', { notation: boolean, inDatabase }),
  served('server-trace-header', 'http.traceHeader', { inDatabase }),
  served('server-unix-socket', 'http.socket'),
  served('server-unix-socket-mode', 'http.socketMode', { notation: fileMode }),
  served('url-use-legacy-target-names', 'rest.legacyTargetNames', {
    notation: boolean,
    inDatabase,
  }),
])

function served(name: string, option: string, traits: Traits = {}): Parameter {
  return parameter(name, option, traits)
}

function unserved(name: string, reason: string, traits: Traits = {}): Parameter {
  return parameter(name, undefined, { ...traits, reason })
}

function parameter(name: string, option: string | undefined, traits: Traits): Parameter {
  return Object.freeze({
    name,
    option,
    aliases: Object.freeze([...(traits.aliases ?? [])]),
    notation: traits.notation ?? notations.plain,
    inDatabase: traits.inDatabase ?? false,
    mayBeEmpty: traits.mayBeEmpty ?? false,
    reason: traits.reason,
  })
}

const BY_NAME: ReadonlyMap<string, Parameter> = new Map(
  PARAMETERS.flatMap(each => [each.name, ...each.aliases].map(name => [name, each] as const)),
)

/** The parameter of this name or older name; undefined when PostgREST has none. */
export function parameterNamed(name: string): Parameter | undefined {
  return BY_NAME.get(isAppSetting(name) ? APP_SETTINGS : name)
}

/** The parameter that has the part of an option; undefined for an option of S-Tier's own. */
export function parameterFor(option: string): Parameter | undefined {
  return PARAMETERS.find(each => each.option === option)
}

/** `app.settings.x`: a setting that every transaction gets. */
export function isAppSetting(name: string): boolean {
  return name.startsWith('app.settings.') && name !== APP_SETTINGS
}

/** The variable of a parameter: `db-schemas` is `PGRST_DB_SCHEMAS`, `app.settings.*` is `PGRST_APP_SETTINGS_*`. */
export function variableOfParameter(name: string): string {
  return `PGRST_${name.replaceAll(/[-.]/g, '_').toUpperCase()}`
}

/** The setting of a parameter in the database: `db-schemas` is `pgrst.db_schemas`. */
export function settingOf(name: string): string {
  return `pgrst.${name.replaceAll('-', '_')}`
}
