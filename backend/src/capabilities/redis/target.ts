import { readFileSync } from 'node:fs'
import { RedisUrlError } from './errors.ts'

const PORT = 6379

/** Where Redis is and who logs in there. */
export interface RedisTarget {
  readonly host: string
  readonly port: number
  readonly username: string | undefined
  readonly password: string | undefined
  readonly database: number
  readonly isTls: boolean
  /** PEM text of the authority to trust. Undefined: those that Node trusts. */
  readonly authority: string | undefined
}

/**
 * Reads `redis://user:password@host:port/database`, or `rediss://` for TLS, where `?cacert=` names a file with the authority to trust. A
 * lone word before the `@` is a user, as the URI says; `redis://:password@host` gives a password alone. Throws ST040.
 *
 * Limits: one server; no unix sockets, no Sentinel, no cluster, no client certificates.
 */
export function parseRedisUrl(url: string): RedisTarget {
  const parts = partsOf(url)
  for (const name of parts.searchParams.keys()) {
    if (name !== 'cacert') throw new RedisUrlError(`it has an unknown parameter '${name}'`)
  }
  return Object.freeze({
    host: parts.hostname.replace(/^\[(.*)\]$/, '$1') || 'localhost',
    port: parts.port === '' ? PORT : Number(parts.port),
    username: decode(parts.username),
    password: decode(parts.password),
    database: databaseOf(parts.pathname),
    isTls: parts.protocol === 'rediss:',
    authority: authorityOf(parts.searchParams.get('cacert')),
  })
}

/** The place for a message: never with the password. */
export function placeOf({ host, port }: RedisTarget): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

function partsOf(url: string): URL {
  const parts = URL.canParse(url) ? new URL(url) : undefined
  if (parts === undefined || !['redis:', 'rediss:'].includes(parts.protocol)) {
    throw new RedisUrlError('it is no URL that starts with redis:// or rediss://')
  }
  return parts
}

function decode(text: string): string | undefined {
  try {
    return text === '' ? undefined : decodeURIComponent(text)
  } catch {
    throw new RedisUrlError('a % in it is not followed by two hexadecimal digits of UTF-8')
  }
}

function databaseOf(path: string): number {
  const text = path.replace(/^\//, '')
  if (/^\d{0,5}$/.test(text)) return Number(text)
  throw new RedisUrlError('what follows the host is not the number of a database')
}

function authorityOf(path: string | null): string | undefined {
  try {
    return path === null ? undefined : readFileSync(path, 'utf8')
  } catch (cause) {
    throw new RedisUrlError(`the file of cacert cannot be read: ${path}`, cause)
  }
}
