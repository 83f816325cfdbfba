import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
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
import { REST_CHECKS, REST_DEFAULTS, type RestOptions, type RestRules } from './api/rest/index.ts'
import { flagOf, nearest, option, STierError, variableOf } from './base/index.ts'
import {
  POOL_CHECKS,
  POOL_DEFAULTS,
  type PoolOptions,
  type PoolRules,
} from './capabilities/pool/index.ts'
import {
  LOG_CHECKS,
  LOG_DEFAULTS,
  type LogOptions,
  type LogRules,
} from './capabilities/telemetry/index.ts'
import { CATALOG_CHECKS, CATALOG_DEFAULTS, type CatalogOptions } from './query/catalog/index.ts'
import {
  DATABASE_CHECKS,
  DATABASE_DEFAULTS,
  type DatabaseOptions,
  type DatabaseRules,
} from './query/executor/index.ts'

/** When the catalog is read again. Which schemas it holds stands under `database`. */
export type CatalogTimes = Pick<CatalogOptions, 'checkEveryMs' | 'channel'>

/** What a configuration file may say; all of it is optional. */
export interface ConfigOptions {
  database?: DatabaseOptions
  catalog?: CatalogTimes
  pool?: PoolOptions
  http?: HttpOptions
  rest?: RestOptions
  jwt?: JwtOptions
  log?: LogOptions
}

/** Every option of the server, checked, completed and frozen. */
export interface Config {
  readonly database: DatabaseRules
  readonly catalog: Readonly<Required<CatalogTimes>>
  readonly pool: PoolRules
  readonly http: HttpRules
  readonly rest: RestRules
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
  }),
  pool: POOL_DEFAULTS,
  http: HTTP_DEFAULTS,
  rest: REST_DEFAULTS,
  jwt: JWT_DEFAULTS,
  log: LOG_DEFAULTS,
})

const CHECKS: { readonly [Room in keyof Config]: Readonly<Record<string, option.Check<unknown>>> } =
  {
    database: DATABASE_CHECKS,
    catalog: { checkEveryMs: CATALOG_CHECKS.checkEveryMs, channel: CATALOG_CHECKS.channel },
    pool: POOL_CHECKS,
    http: HTTP_CHECKS,
    rest: REST_CHECKS,
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
  readonly check: option.Check<unknown>
  readonly default: unknown
}

const CUSTOMARY: Readonly<Record<string, string>> = {
  'database.url': 'DATABASE_URL',
  'http.port': 'PORT',
}

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
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly file?: ConfigFile | undefined
  /** What a command offers instead of the defaults. */
  readonly presets?: ConfigOptions | undefined
}

export interface ConfigFile {
  readonly path: string
  readonly values: unknown
}

/** The configuration, frozen. Throws ST001 for a wrong value, ST002 and ST003 for a name that does not exist. */
export function readConfig(sources: ConfigSources): Config {
  const { environment = {}, file } = sources
  refuseUnknownVariables(environment)
  if (file !== undefined) refuseUnknownMembers(file)
  const rooms = Object.keys(DEFAULTS).map((room): [string, object] => {
    const entries = OPTIONS.filter(entry => entry.room === room)
    const pairs = entries.map((entry): [string, unknown] => [entry.key, valueOf(entry, sources)])
    return [room, Object.freeze(Object.fromEntries(pairs))]
  })
  return Object.freeze(Object.fromEntries(rooms)) as unknown as Config // Each value passed its own check.
}

function valueOf(
  entry: OptionEntry,
  { flags, givenBy, environment = {}, file, presets }: ConfigSources,
): unknown {
  const { name, room, key, flag, variables, check } = entry
  const given = flags?.get(flag)
  if (given !== undefined) return option.checked(name, check, given, givenBy?.[flag] ?? flag)
  const variable = variables.find(each => isSet(environment[each]))
  if (variable !== undefined) return option.checked(name, check, environment[variable], variable)
  const written = memberOf(memberOf(file?.values, room), key)
  if (written !== undefined) return option.checked(name, check, written, file?.path)
  const preset = memberOf(presets?.[room], key)
  return preset === undefined ? entry.default : option.checked(name, check, preset)
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
 * json); undefined when there is none. TypeScript needs a Node that strips types (22.18 and later). Throws ST004.
 */
export async function loadConfigFile(
  directory: string,
  named?: string,
): Promise<ConfigFile | undefined> {
  const path =
    named === undefined
      ? FILE_NAMES.map(name => join(directory, name)).find(existsSync)
      : resolve(directory, named)
  if (path === undefined) return undefined
  if (!existsSync(path)) throw new ConfigFileError(path, 'does not exist')
  const values = await importDefault(path)
  if (typeof values !== 'object' || values === null) {
    const hint = 'Write: export default { http: { port: 8080 } }'
    throw new ConfigFileError(path, 'has no object as its default export', hint)
  }
  return { path, values }
}

async function importDefault(path: string): Promise<unknown> {
  try {
    if (path.endsWith('.json')) return JSON.parse(await readFile(path, 'utf8')) as unknown
    const module = (await import(pathToFileURL(path).href)) as { default?: unknown }
    return module.default
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const isUnstripped = memberOf(cause, 'code') === 'ERR_UNKNOWN_FILE_EXTENSION'
    const hint = isUnstripped
      ? 'This Node does not import TypeScript: use Node 22.18 or later, or write the file as s-tier.config.mjs.'
      : undefined
    throw new ConfigFileError(path, `cannot be loaded: ${reason}`, hint, cause)
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
  if (isLoopback(http.host) || jwt.secret !== undefined || database.anonRole !== undefined) return
  throw new PublicBindingError(http.host)
}

/** Whether only programs of this machine reach the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
}
