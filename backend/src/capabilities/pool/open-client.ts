import { Buffer } from 'node:buffer'
import { type ConnectOpts, Socket, type SocketConstructorOpts } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import pg from 'pg'
import { CLOSE_GRACE_MS } from './options.ts'
import type { Target } from './target.ts'

/** What arrives on any plain socket is read here and used up at once, so that reading allocates nothing. */
const arrivals = Buffer.allocUnsafeSlow(65_536)

/**
 * Opens one connection and logs in. With `sslmode=prefer`, a server without TLS gets a second, plain attempt.
 * Throws what the driver reports: errors of the operating system, of TLS, or of PostgreSQL. Aborting `signal` gives up
 * at once.
 */
export async function openClient(
  target: Target,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<pg.Client> {
  try {
    return await login(target, timeoutMs, signal)
  } catch (error) {
    const isWithoutTls = error instanceof Error && error.message === NO_TLS
    if (target.sslMode !== 'prefer' || !isWithoutTls) throw error
    return await login({ ...target, sslMode: 'disable' }, timeoutMs, signal)
  }
}

/** A peer that has vanished is asked after this silence, by the operating system. */
const KEEPALIVE_AFTER_MS = 30_000
const NO_TLS = 'The server does not support SSL connections'

/** Says goodbye and waits for the server to hang up, but not for long. */
export async function endClient(client: pg.Client): Promise<void> {
  const timer = setTimeout(() => client.connection.stream.destroy(), CLOSE_GRACE_MS)
  await client.end()
  clearTimeout(timer)
}

async function login(
  target: Target,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<pg.Client> {
  signal?.throwIfAborted()
  const client = new pg.Client({
    host: target.host,
    port: target.port,
    database: target.database,
    user: target.user,
    password: target.password,
    options: target.options,
    application_name: target.applicationName,
    ssl: tlsOptions(target) ?? false,
    connectionTimeoutMillis: timeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_AFTER_MS,
    ...(target.sslMode === 'disable' && { stream: () => new DirectSocket() }),
  })
  client.on('error', ignore) // Before and after the owner listens; an error nobody hears would end the process.
  const abort = () => client.connection.stream.destroy(new Error('Connecting was given up'))
  signal?.addEventListener('abort', abort)
  try {
    await client.connect()
    return client
  } catch (error) {
    client.connection.stream.destroy()
    throw error
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

function ignore(): void {}

/**
 * A socket that reads into one buffer. Until an owner sets `onBytes`, its `data` listeners get copies as usual; the
 * owner gets the buffer itself, which the next read overwrites.
 */
export class DirectSocket extends Socket {
  onBytes: ((bytes: Buffer) => void) | undefined = undefined

  constructor() {
    const options: SocketConstructorOpts & ConnectOpts = {
      onread: { buffer: arrivals, callback: size => this.#arrived(size) },
    }
    super(options)
  }

  #arrived(size: number): boolean {
    const bytes = arrivals.subarray(0, size)
    if (this.onBytes === undefined) this.emit('data', Buffer.from(bytes))
    else this.onBytes(bytes)
    return true
  }
}

/** PostgreSQL: "SSL Support", protection provided in different modes. Undefined: no TLS. */
export function tlsOptions(target: Target): ConnectionOptions | undefined {
  const { sslMode, sslRoot, sslCertificate, sslKey } = target
  if (sslMode === 'disable') return undefined
  const options: ConnectionOptions = {}
  if (sslRoot !== undefined) options.ca = sslRoot
  if (sslCertificate !== undefined) options.cert = sslCertificate
  if (sslKey !== undefined) options.key = sslKey
  if (sslMode === 'verify-full') return options
  const checksAuthority =
    sslMode === 'verify-ca' || (sslMode === 'require' && sslRoot !== undefined)
  if (checksAuthority) return { ...options, checkServerIdentity: () => undefined }
  return { ...options, rejectUnauthorized: false }
}
