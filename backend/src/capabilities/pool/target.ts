import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { TargetError } from './target-error.ts'

/** PostgreSQL: "Database Connection Control Functions", sslmode. `allow` is read as `prefer`. */
export type SslMode = 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full'

/** Where a database is and who logs in there. */
export interface Target {
  /** Name or address; a path is the folder of a unix socket. */
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password: string | undefined
  readonly sslMode: SslMode
  /** PEM texts. */
  readonly sslRoot: string | undefined
  readonly sslCertificate: string | undefined
  readonly sslKey: string | undefined
  /** Command-line options for the session, such as `-c geqo=off`. */
  readonly options: string | undefined
  readonly applicationName: string
}

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads a libpq URL, `postgres://user:password@host:port/database?name=value`; what it leaves out comes from the
 * `PG…` variables, then from libpq's defaults (except that the host is `localhost` rather than a socket).
 * A connection to this machine does without TLS unless `sslmode` asks for it. Throws ST030.
 *
 * Limits: one host (`parseTargets` reads several), no service files, no `key=value` strings, no GSS, no client key passphrase.
 */
export function parseTarget(url: string, environment: Environment = process.env): Target {
  const parts = URL_PARTS.exec(url)?.groups
  if (parts === undefined) throw new TargetError('it does not start with postgres://')
  const given = parametersOf(parts['parameters'])
  const find = (name: string, part?: string) =>
    present(given.get(name)) ?? present(decode(part)) ?? present(environment[VARIABLES[name] ?? ''])
  const host = find('host', hostOf(parts['hosts'])) ?? 'localhost'
  const user = find('user', parts['user']) ?? userInfo().username
  return Object.freeze({
    host,
    port: portOf(find('port', parts['port']) ?? '5432'),
    user,
    password: find('password', parts['password']),
    database: find('dbname', parts['database']) ?? user,
    sslMode: sslModeOf(find('sslmode'), given.get('ssl'), host),
    sslRoot: fileOf('sslrootcert', find('sslrootcert')),
    sslCertificate: fileOf('sslcert', find('sslcert')),
    sslKey: fileOf('sslkey', find('sslkey')),
    options: find('options'),
    applicationName: find('application_name') ?? 's-tier',
  })
}

/**
 * Reads a URL of several hosts, as libpq's `postgres://user@one:5432,two:5433/database`: a target for each, in their order.
 * Which of them is the primary is not looked at. Throws ST030.
 */
export function parseTargets(
  url: string,
  environment: Environment = process.env,
): readonly Target[] {
  return Object.freeze(urlsOfHosts(url).map(each => parseTarget(each, environment)))
}

/** Up to the hosts, the hosts with their ports, and what comes after them. */
const HOSTS = /^(postgres(?:ql)?:\/\/(?:[^@/]*@)?)([^/?]*)(.*)$/s

/** The same URL once for each of its hosts. */
export function urlsOfHosts(url: string): readonly string[] {
  const [, before = '', hosts = '', after = ''] = HOSTS.exec(url) ?? []
  if (!hosts.includes(',')) return [url]
  return hosts.split(',').map(host => `${before}${host}${after}`)
}

/** The place for a message: never with the password. */
export function placeOf({ host, port }: Target): string {
  return host.startsWith('/') ? `${host}/.s.PGSQL.${port}` : `${host}:${port}`
}

/** As libpq cuts it: credentials end at the first `@` that comes before a `/`. */
const URL_PARTS =
  /^postgres(?:ql)?:\/\/(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<hosts>\[[^\]]*\]|[^:/?]*)(?::(?<port>[^/?]*))?(?:\/(?<database>[^?]*))?(?:\?(?<parameters>.*))?$/s

/** What may stand after the `?`, and the variable that stands in for it. */
const VARIABLES: Readonly<Record<string, string>> = Object.freeze({
  host: 'PGHOST',
  port: 'PGPORT',
  dbname: 'PGDATABASE',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  options: 'PGOPTIONS',
  application_name: 'PGAPPNAME',
  ssl: '', // libpq takes `ssl=true` from JDBC URLs.
  target_session_attrs: '', // Whoever uses several hosts asks each of them what it is.
})

function parametersOf(text: string | undefined): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>()
  for (const pair of (text ?? '').split('&')) {
    if (pair === '') continue
    const [name = '', ...rest] = pair.split('=')
    const key = decode(name) ?? ''
    if (!(key in VARIABLES)) throw new TargetError(`it has an unknown parameter '${key}'`)
    parameters.set(key, decode(rest.join('=')) ?? '')
  }
  return parameters
}

function decode(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text)
  } catch {
    throw new TargetError('a % in it is not followed by two hexadecimal digits of UTF-8')
  }
}

function present(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}

/** IPv6 addresses stand in brackets. */
function hostOf(text = ''): string {
  if (text.includes(',')) throw new TargetError('it names several hosts, of which one can be used')
  if (text.includes('@'))
    throw new TargetError("its password has an '@' that is not written as %40")
  return text.replace(/^\[(.*)\]$/, '$1')
}

function portOf(text: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port
  throw new TargetError('its port is not a number from 1 to 65535')
}

const SSL_MODES: Readonly<Record<string, SslMode>> = Object.freeze({
  disable: 'disable',
  allow: 'prefer',
  prefer: 'prefer',
  require: 'require',
  'verify-ca': 'verify-ca',
  'verify-full': 'verify-full',
})

function sslModeOf(mode: string | undefined, ssl: string | undefined, host: string): SslMode {
  if (host.startsWith('/')) return 'disable'
  const written = mode ?? (ssl === 'true' ? 'require' : undefined)
  if (written === undefined) return isThisMachine(host) ? 'disable' : 'prefer'
  const known = SSL_MODES[written]
  if (known !== undefined) return known
  throw new TargetError(`sslmode is one of ${Object.keys(SSL_MODES).join(', ')}`)
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

function fileOf(name: string, path: string | undefined): string | undefined {
  if (path === undefined || (name === 'sslrootcert' && path === 'system')) return undefined
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new TargetError(`the file of ${name} cannot be read: ${path}`, cause)
  }
}
