import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  HTTP_CHECKS,
  HTTP_DEFAULTS,
  type HttpOptions,
  type HttpRules,
  JWT_CHECKS,
  JWT_DEFAULTS,
  type JwtOptions,
  type JwtRules,
} from './api/http/index.ts'
import {
  OPENAPI_CHECKS,
  OPENAPI_DEFAULTS,
  type OpenApiOptions,
  type OpenApiRules,
} from './api/openapi/index.ts'
import {
  REST_CHECKS,
  REST_DEFAULTS,
  type RestOptions,
  type RestRules,
  VALIDATION_CHECKS,
  VALIDATION_DEFAULTS,
  type ValidationOptions,
  type ValidationRules,
} from './api/rest/index.ts'
import { flagOf, nearest, option, STierError, variableOf } from './base/index.ts'
import {
  BREAKER_CHECKS,
  BREAKER_DEFAULTS,
  type BreakerOptions,
  type BreakerRules,
  CHAOS_CHECKS,
  CHAOS_DEFAULTS,
  type ChaosOptions,
  type ChaosRules,
} from './capabilities/breaker/index.ts'
import {
  RETENTION_CHECKS,
  RETENTION_DEFAULTS,
  type RetentionOptions,
} from './capabilities/events/index.ts'
import {
  LIMITS_CHECKS,
  LIMITS_DEFAULTS,
  type LimitsOptions,
  type LimitsRules,
} from './capabilities/limiter/index.ts'
import {
  BUDGET_CHECKS,
  BUDGET_DEFAULTS,
  type BudgetOptions,
  type BudgetRules,
  POOL_CHECKS,
  POOL_DEFAULTS,
  type PoolOptions,
  type PoolRules,
} from './capabilities/pool/index.ts'
import {
  REDIS_CHECKS,
  REDIS_DEFAULTS,
  type RedisOptions,
  type RedisRules,
} from './capabilities/redis/index.ts'
import {
  REPLICAS_CHECKS,
  REPLICAS_DEFAULTS,
  type ReplicasOptions,
  type ReplicasRules,
} from './capabilities/replicas/index.ts'
import {
  ALERTING_CHECKS,
  ALERTING_DEFAULTS,
  type AlertingOptions,
  type AlertingRules,
  SECURITY_CHECKS,
  SECURITY_DEFAULTS,
  type SecurityOptions,
  type SecuritySettings,
} from './capabilities/security/index.ts'
import {
  LOG_CHECKS,
  LOG_DEFAULTS,
  type LogOptions,
  type LogRules,
} from './capabilities/telemetry/index.ts'
import { CATALOG_CHECKS, CATALOG_DEFAULTS, type CatalogOptions } from './query/catalog/index.ts'
import {
  CACHING_CHECKS,
  CACHING_DEFAULTS,
  type CachingOptions,
  type CachingRules,
  DATABASE_CHECKS,
  DATABASE_DEFAULTS,
  type DatabaseOptions,
  type DatabaseRules,
  FOLLOWER_CHECKS,
  FOLLOWER_DEFAULTS,
  type FollowerOptions,
} from './query/executor/index.ts'
import {
  isAppSetting,
  type ParameterSource,
  type ParameterValue,
  parameterValue,
  parseParameterFile,
  settingOf,
  settingParameters,
  variableOfParameter,
  variableParameters,
} from './postgrest/index.ts'

/** When the catalog is read again. Which schemas it holds stands under `database`. */
export type CatalogTimes = Pick<CatalogOptions, 'checkEveryMs' | 'channel' | 'channelEnabled'>

/** How long the journal is kept, and how it is followed for the cache. */
export type JournalOptions = RetentionOptions & FollowerOptions

/** What a configuration file may say; all of it is optional. */
export interface ConfigOptions {
  database?: DatabaseOptions
  catalog?: CatalogTimes
  pool?: PoolOptions
  budget?: BudgetOptions
  breaker?: BreakerOptions
  chaos?: ChaosOptions
  replicas?: ReplicasOptions
  redis?: RedisOptions
  cache?: CachingOptions
  journal?: JournalOptions
  http?: HttpOptions
  rest?: RestOptions
  validation?: ValidationOptions
  limits?: LimitsOptions
  security?: SecurityOptions & AlertingOptions
  openapi?: OpenApiOptions
  jwt?: JwtOptions
  log?: LogOptions
}

/** Every option of the server, checked, completed and frozen. */
export interface Config {
  readonly database: DatabaseRules
  readonly catalog: Readonly<Required<CatalogTimes>>
  readonly pool: PoolRules
  readonly budget: BudgetRules
  /** Of each database node, and of Redis. */
  readonly breaker: BreakerRules
  readonly chaos: ChaosRules
  readonly replicas: ReplicasRules
  readonly redis: RedisRules
  readonly cache: CachingRules
  readonly journal: Readonly<Required<JournalOptions>>
  readonly http: HttpRules
  readonly rest: RestRules
  readonly validation: ValidationRules
  readonly limits: LimitsRules
  readonly security: SecuritySettings & AlertingRules
  readonly openapi: OpenApiRules
  readonly jwt: JwtRules
  readonly log: LogRules
}

/** Types for a configuration file: `export default defineConfig({ http: { port: 8080 } })`. */
export function defineConfig(options: ConfigOptions): ConfigOptions {
  return options
}

const DEFAULTS: Config = Object.freeze({
  database: DATABASE_DEFAULTS,
  catalog: Object.freeze({
    checkEveryMs: CATALOG_DEFAULTS.checkEveryMs,
    channel: CATALOG_DEFAULTS.channel,
    channelEnabled: CATALOG_DEFAULTS.channelEnabled,
  }),
  pool: POOL_DEFAULTS,
  budget: BUDGET_DEFAULTS,
  breaker: BREAKER_DEFAULTS,
  chaos: CHAOS_DEFAULTS,
  replicas: REPLICAS_DEFAULTS,
  redis: REDIS_DEFAULTS,
  cache: CACHING_DEFAULTS,
  journal: Object.freeze({ ...RETENTION_DEFAULTS, ...FOLLOWER_DEFAULTS }),
  http: HTTP_DEFAULTS,
  rest: REST_DEFAULTS,
  validation: VALIDATION_DEFAULTS,
  limits: LIMITS_DEFAULTS,
  security: Object.freeze({ ...SECURITY_DEFAULTS, ...ALERTING_DEFAULTS }),
  openapi: OPENAPI_DEFAULTS,
  jwt: JWT_DEFAULTS,
  log: LOG_DEFAULTS,
})

const CHECKS: { readonly [Room in keyof Config]: Readonly<Record<string, option.Check<unknown>>> } =
  {
    database: DATABASE_CHECKS,
    catalog: {
      checkEveryMs: CATALOG_CHECKS.checkEveryMs,
      channel: CATALOG_CHECKS.channel,
      channelEnabled: CATALOG_CHECKS.channelEnabled,
    },
    pool: POOL_CHECKS,
    budget: BUDGET_CHECKS,
    breaker: BREAKER_CHECKS,
    chaos: CHAOS_CHECKS,
    replicas: REPLICAS_CHECKS,
    redis: REDIS_CHECKS,
    cache: CACHING_CHECKS,
    journal: { ...RETENTION_CHECKS, ...FOLLOWER_CHECKS },
    http: HTTP_CHECKS,
    rest: REST_CHECKS,
    validation: VALIDATION_CHECKS,
    limits: LIMITS_CHECKS,
    security: { ...SECURITY_CHECKS, ...ALERTING_CHECKS },
    openapi: OPENAPI_CHECKS,
    jwt: JWT_CHECKS,
    log: LOG_CHECKS,
  }

/** One option under all its names. */
export interface OptionEntry {
  /** `jwt.roleClaimKey`. */
  readonly name: string
  readonly room: keyof Config
  readonly key: string
  /** `--jwt-role-claim-key`. */
  readonly flag: string
  /** `STIER_JWT_ROLE_CLAIM_KEY`, and the customary one where there is one. The first that is set counts. */
  readonly variables: readonly string[]
  /** A running server takes a new value over; otherwise it waits for a restart. */
  readonly isLive: boolean
  readonly check: option.Check<unknown>
  readonly default: unknown
}

const CUSTOMARY: Readonly<Record<string, string>> = {
  'database.url': 'DATABASE_URL',
  'http.port': 'PORT',
  'redis.url': 'REDIS_URL',
}

const FIXED: ReadonlySet<string> = new Set([
  'database.url',
  'database.replicas',
  'database.breakersShared',
  'database.hedgedReads',
  'rest.prefix',
])
const LIVE: ReadonlySet<string> = new Set([
  'database',
  'rest',
  'validation',
  'limits.rules',
  'security.rules',
  'security.allow',
  'security.blockLists',
  'security.silences',
  'jwt',
  'openapi',
  'http.corsOrigins',
  'http.hosts',
  'http.adminToken',
  'http.cookieSecure',
  'http.serverTiming',
  'http.traceHeader',
  'http.errorVerbosity',
  'cache.tables',
  'cache.ttlMs',
  'cache.staleWhileRevalidateMs',
  'cache.staleIfErrorMs',
])

/** Every option there is, in the order of the reference page. */
export const OPTIONS: readonly OptionEntry[] = Object.freeze(
  (Object.keys(CHECKS) as (keyof Config)[]).flatMap(room =>
    Object.entries(CHECKS[room]).map(([key, check]) => entryOf(room, key, check)),
  ),
)

function entryOf(room: keyof Config, key: string, check: option.Check<unknown>): OptionEntry {
  const name = `${room}.${key}`
  const customary = CUSTOMARY[name]
  const defaults = DEFAULTS[room] as Readonly<Record<string, unknown>>
  return {
    name,
    room,
    key,
    flag: flagOf(name),
    variables: customary === undefined ? [variableOf(name)] : [variableOf(name), customary],
    isLive: (LIVE.has(room) || LIVE.has(name)) && !FIXED.has(name),
    check,
    default: defaults[key],
  }
}

/** Where options come from, strongest first. */
export interface ConfigSources {
  /** By flag: `--http-port` → `8080`. */
  readonly flags?: ReadonlyMap<string, string>
  /** How the value of a flag was really given, where not by that flag: `--database-url` → `the argument`. */
  readonly givenBy?: Readonly<Record<string, string>> | undefined
  /** What the database itself says: `pgrst.db_schemas` → `api, public`. */
  readonly database?: DatabaseSettings | undefined
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly file?: ConfigFile | undefined
  /** What a command offers instead of the defaults. */
  readonly presets?: ConfigOptions | undefined
}

/** Settings `pgrst.…` by their names. */
export type DatabaseSettings = ReadonlyMap<string, string>

/**
 * The configuration under what the database itself says; undefined: as it is before the database is asked. Throws, or
 * rejects, when it is wrong.
 */
export type Configure = (database: DatabaseSettings | undefined) => Config | Promise<Config>

export interface ConfigFile {
  readonly path: string
  readonly values: unknown
  /** Of a file in PostgREST's form, which has no `values`: its parameters by their names. */
  readonly parameters?: ReadonlyMap<string, string>
  /** The lines of the parameters, from 1. */
  readonly lines?: ReadonlyMap<string, number>
}

/** The configuration, frozen. Throws ST001 for a wrong value, ST002 and ST003 for a name that does not exist. */
export function readConfig(sources: ConfigSources): Config {
  const { environment = {}, file } = sources
  refuseUnknownVariables(environment)
  if (file !== undefined) refuseUnknownMembers(file)
  const places = placesOf(sources)
  return mapOptions(entry => valueOf(entry, places))
}

function mapOptions(valueOfOption: (entry: OptionEntry) => unknown): Config {
  const rooms = Object.keys(DEFAULTS).map((room): [string, object] => {
    const entries = OPTIONS.filter(entry => entry.room === room)
    const pairs = entries.map((entry): [string, unknown] => [entry.key, valueOfOption(entry)])
    return [room, Object.freeze(Object.fromEntries(pairs))]
  })
  return Object.freeze(Object.fromEntries(rooms)) as unknown as Config // Each value passed its own check.
}

/** What one place says about an option; undefined when it says nothing. */
type PlaceOfOptions = (entry: OptionEntry) => GivenValue | undefined

interface GivenValue {
  readonly value: unknown
  /** For messages; undefined: from code. */
  readonly source: string | undefined
}

function valueOf(entry: OptionEntry, places: readonly PlaceOfOptions[]): unknown {
  for (const place of places) {
    const given = place(entry)
    if (given === undefined) continue
    return option.checked(entry.name, entry.check, given.value, given.source)
  }
  return entry.default
}

/**
 * Strongest first. A flag was typed for this very process, so not even the database overrules it; below that the order
 * is PostgREST's: database, environment, file. A name of S-Tier's own is stronger than PostgREST's, and this stronger
 * than one that other programs read as well (`DATABASE_URL`, `PORT`).
 */
function placesOf(sources: ConfigSources): readonly PlaceOfOptions[] {
  const { flags, givenBy, database, environment = {}, file, presets } = sources
  const defaults = isConfiguredAsPostgrest(sources) ? POSTGREST_DEFAULTS : undefined
  const variable = (name: string | undefined): GivenValue | undefined =>
    name !== undefined && isSet(environment[name])
      ? { value: environment[name], source: name }
      : undefined
  return [
    ({ flag }) => {
      const value = flags?.get(flag)
      return value === undefined ? undefined : { value, source: givenBy?.[flag] ?? flag }
    },
    parametersIn({ values: settingParameters(database ?? new Map()), nameOf: databaseName }),
    ({ variables: [own] }) => variable(own),
    parametersIn(environmentParameters(environment, file)),
    ({ variables: [, customary] }) => variable(customary),
    ({ room, key }) => given(memberOf(memberOf(file?.values, room), key), file?.path),
    parametersIn(fileParameters(file)),
    ({ room, key }) => given(memberOf(presets?.[room], key)),
    ({ room, key }) => given(memberOf(defaults?.[room], key)),
  ]
}

function given(value: unknown, source?: string): GivenValue | undefined {
  return value === undefined ? undefined : { value, source }
}

function parametersIn(place: ParameterSource): (entry: OptionEntry) => ParameterValue | undefined {
  return ({ name }) => parameterValue(name, place)
}

function databaseName(parameter: string): string {
  return `the setting ${settingOf(parameter)} of the database`
}

/** Arbitrary settings add up: those of the file hold beside those of the environment. */
function environmentParameters(
  environment: Readonly<Record<string, string | undefined>>,
  file: ConfigFile | undefined,
): ParameterSource {
  const settings = [...(file?.parameters ?? [])].filter(([name]) => isAppSetting(name))
  const values = new Map([...settings, ...variableParameters(environment).values])
  return { values, nameOf: variableOfParameter }
}

function fileParameters(file: ConfigFile | undefined): ParameterSource {
  const nameOf = (name: string) => `${name} in ${lineOf(name, file)}`
  return { values: file?.parameters ?? new Map(), nameOf }
}

/** Where a parameter stands: `line 3 of /etc/postgrest.conf`. */
export function lineOf(parameter: string, file: ConfigFile | undefined): string {
  return `line ${file?.lines?.get(parameter) ?? 0} of ${file?.path ?? ''}`
}

/** Where PostgREST's defaults differ: it serves every network, at the root, the database of libpq's variables. */
const POSTGREST_DEFAULTS: ConfigOptions = {
  database: { url: 'postgresql://' },
  http: { host: '0.0.0.0' },
  rest: { prefix: '/' },
}

/**
 * Whether this is a deployment of PostgREST that runs S-Tier now: its variables or its file say what there is to say, and
 * no name of S-Tier's own, nor `DATABASE_URL`, names the database. Then its defaults hold too.
 */
export function isConfiguredAsPostgrest(sources: ConfigSources): boolean {
  const { environment = {}, file } = sources
  if (isUrlOurs(sources)) return false
  const { values } = variableParameters(environment)
  if (values.has('db-uri')) return true
  const isUrlElsewhere =
    isSet(environment['DATABASE_URL']) ||
    memberOf(memberOf(file?.values, 'database'), 'url') !== undefined
  return !isUrlElsewhere && (values.size > 0 || file?.parameters !== undefined)
}

/** The options that have PostgREST's default: `http.host`. None where PostgREST does not configure the server. */
export function postgrestDefaultsIn(sources: ConfigSources): readonly string[] {
  if (!isConfiguredAsPostgrest(sources)) return []
  const stronger = placesOf(sources).slice(0, -1)
  return OPTIONS.filter(
    entry =>
      memberOf(POSTGREST_DEFAULTS[entry.room], entry.key) !== undefined &&
      stronger.every(place => place(entry) === undefined),
  ).map(({ name }) => name)
}

function isUrlOurs({ flags, environment = {}, presets }: ConfigSources): boolean {
  const isGiven = flags?.has('--database-url') === true || isSet(environment['STIER_DATABASE_URL'])
  return isGiven || presets?.database?.url !== undefined
}

/** What a running server makes of a configuration that was read again. */
export interface Takeover {
  /** The new values of what it takes over, the old ones of everything else. */
  readonly config: Config
  /** Options that have changed and hold from now on. */
  readonly changed: readonly string[]
  /** Options that have changed and wait for a restart. */
  readonly waiting: readonly string[]
}

/** Compares a configuration with the one that a server runs under. */
export function takeOver(current: Config, next: Config): Takeover {
  const before = (entry: OptionEntry) => memberOf(current[entry.room], entry.key)
  const after = (entry: OptionEntry) => memberOf(next[entry.room], entry.key)
  const changed = OPTIONS.filter(
    entry => JSON.stringify(before(entry)) !== JSON.stringify(after(entry)),
  )
  const namesOf = (entries: readonly OptionEntry[]) => entries.map(({ name }) => name)
  return {
    config: mapOptions(entry => (entry.isLive ? after(entry) : before(entry))),
    changed: namesOf(changed.filter(({ isLive }) => isLive)),
    waiting: namesOf(changed.filter(({ isLive }) => !isLive)),
  }
}

/** An empty variable counts as none: that is how compose files and shells leave one out. */
function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== ''
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined
}

/** An option of this name does not exist. It stops the start: a misspelt one must not be ignored in silence. */
export class UnknownOptionError extends STierError {
  readonly code: 'ST002' | 'ST003'
  readonly status = 500

  constructor(code: 'ST002' | 'ST003', name: string, source: string, names: Iterable<string>) {
    const similar = nearest(name, names)
    super(`There is no option '${name}' (${source})`, {
      hint: similar === undefined ? 'See s-tier help options.' : `Perhaps you meant '${similar}'.`,
    })
    this.code = code
  }
}

/** `STIER_TEST_…` belongs to the tests, `STIER_CONFIG` names the file. */
function refuseUnknownVariables(environment: Readonly<Record<string, string | undefined>>): void {
  const known = new Set(['STIER_CONFIG', ...OPTIONS.flatMap(({ variables }) => variables)])
  for (const name of Object.keys(environment)) {
    if (!name.startsWith('STIER_') || name.startsWith('STIER_TEST_') || known.has(name)) continue
    throw new UnknownOptionError('ST002', name, 'environment variable', known)
  }
}

function refuseUnknownMembers({ path, values }: ConfigFile): void {
  for (const [room, options] of Object.entries((values as object | null) ?? {})) {
    const names = OPTIONS.filter(entry => entry.room === room).map(({ name }) => name)
    if (names.length === 0) throw new UnknownOptionError('ST003', room, path, Object.keys(DEFAULTS))
    for (const key of Object.keys((options as object | null | undefined) ?? {})) {
      const name = `${room}.${key}`
      if (!names.includes(name)) throw new UnknownOptionError('ST003', name, path, names)
    }
  }
}

/** The configuration file cannot be loaded. */
export class ConfigFileError extends STierError {
  readonly code = 'ST004'
  readonly status = 500

  constructor(path: string, problem: string, hint?: string, cause?: unknown) {
    super(`The configuration file ${path} ${problem}`, { hint, cause })
  }
}

const FILE_NAMES: readonly string[] = ['ts', 'mts', 'mjs', 'js', 'json'].map(
  extension => `s-tier.config.${extension}`,
)

/**
 * Loads a configuration file: the named one, otherwise the first `s-tier.config.…` of the directory (ts, mts, mjs, js,
 * json); undefined when there is none. A named one with any other ending is a file of PostgREST, whose `$(VARIABLE)`
 * are taken from `environment`. TypeScript needs a Node that strips types (22.18 and later). Throws ST004.
 */
export async function loadConfigFile(
  directory: string,
  named?: string,
  environment: Readonly<Record<string, string | undefined>> = {},
): Promise<ConfigFile | undefined> {
  const path =
    named === undefined
      ? FILE_NAMES.map(name => join(directory, name)).find(existsSync)
      : resolve(directory, named)
  if (path === undefined) return undefined
  if (!existsSync(path)) throw new ConfigFileError(path, 'does not exist')
  if (!/\.(?:json|[cm]?[jt]s)$/.test(path)) return loadParameterFile(path, environment)
  const values = await importDefault(path)
  if (typeof values !== 'object' || values === null) {
    const hint = 'Write: export default { http: { port: 8080 } }'
    throw new ConfigFileError(path, 'has no object as its default export', hint)
  }
  return { path, values }
}

async function loadParameterFile(
  path: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ConfigFile> {
  try {
    return { path, values: {}, ...parseParameterFile(await readFile(path, 'utf8'), environment) }
  } catch (cause) {
    throw new ConfigFileError(path, `cannot be read: ${reasonOf(cause)}`, undefined, cause)
  }
}

/** What JSON's own errors quote of the text, which may be a secret, is left out. */
function reasonOf(cause: unknown): string {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return reason.replace(/, (?:\.{3})?".*is not valid JSON$/s, '')
}

/** A module is loaded once for each time that it was written, so that a server that reads it again sees the change. */
async function importDefault(path: string): Promise<unknown> {
  try {
    if (path.endsWith('.json')) return JSON.parse(await readFile(path, 'utf8')) as unknown
    const { mtimeMs } = await stat(path)
    const module = (await import(`${pathToFileURL(path).href}?${mtimeMs}`)) as { default?: unknown }
    return module.default
  } catch (cause) {
    const isUnstripped = memberOf(cause, 'code') === 'ERR_UNKNOWN_FILE_EXTENSION'
    const hint = isUnstripped
      ? 'This Node does not import TypeScript: use Node 22.18 or later, or write the file as s-tier.config.mjs.'
      : undefined
    throw new ConfigFileError(path, `cannot be loaded: ${reasonOf(cause)}`, hint, cause)
  }
}

/** The server would listen to the public with nobody to serve, or rather: without anything that says whom. */
export class PublicBindingError extends STierError {
  readonly code = 'ST005'
  readonly status = 500

  constructor(host: string) {
    super(`http.host is ${host}, a public address, but nothing says who may ask what`, {
      hint:
        'Set jwt.secret (--jwt-secret, STIER_JWT_SECRET) to check tokens, database.anonRole (--database-anon-role, ' +
        'STIER_DATABASE_ANON_ROLE) to serve requests without one, or both. Or listen on 127.0.0.1.',
    })
  }
}

/** Throws ST005 when the server would listen beyond this machine with neither a secret nor an anonymous role. */
export function refuseOpenBinding({ http, jwt, database }: Config): void {
  if (http.socket !== undefined || isLoopback(http.host)) return
  if (jwt.secret !== undefined || database.anonRole !== undefined) return
  throw new PublicBindingError(http.host)
}

/** Whether only programs of this machine reach the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
}
