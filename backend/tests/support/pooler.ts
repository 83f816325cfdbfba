import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { accountFor } from '../../src/cli/embedded/account.ts'
import { freePort } from './free-port.ts'
import { guardProcess } from './process-guard.ts'

const PLACES = ['/usr/sbin/pgbouncer', '/usr/local/bin/pgbouncer', '/opt/homebrew/bin/pgbouncer']

/** The PgBouncer that tests use: `STIER_TEST_PGBOUNCER`, or one that the system has. Undefined: tests that need it are skipped. */
export const pgBouncerPath = process.env['STIER_TEST_PGBOUNCER'] ?? PLACES.find(existsSync)

export interface PgBouncerOptions {
  /** The server behind it, all of its databases. */
  readonly target: { readonly host: string; readonly port: number }
  /** Default `transaction`. */
  readonly mode?: 'session' | 'transaction' | 'statement'
  /** Connections to the server for each database and user. Default 5. */
  readonly size?: number
}

/** A real pooler, which lets `postgres` and `authenticator` in without a password. */
export interface PgBouncer {
  readonly port: number
  /** This URL, with the pooler in the place of the server. */
  urlFor(url: string): string
  /** May be called twice. */
  stop(): Promise<void>
}

export async function startPgBouncer(options: PgBouncerOptions): Promise<PgBouncer> {
  const folder = mkdtempSync(join(tmpdir(), 's-tier-pgbouncer-'))
  chmodSync(folder, 0o755) // It does not run as root either.
  const port = await freePort()
  writeFileSync(join(folder, 'users'), '"postgres" ""\n"authenticator" ""\n', { mode: 0o644 })
  writeFileSync(join(folder, 'ini'), settings(options, folder, port), { mode: 0o644 })
  const child = spawn(pgBouncerPath ?? 'pgbouncer', [join(folder, 'ini')], {
    ...accountFor(folder),
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const release = child.pid === undefined ? () => undefined : guardProcess(child.pid, folder)
  child.once('exit', release)
  await untilReady(child)
  return {
    port,
    urlFor(url) {
      const changed = new URL(url)
      changed.hostname = '127.0.0.1'
      changed.port = String(port)
      return changed.href
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit')
        child.kill('SIGKILL')
        await ended
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function settings(
  { target, mode = 'transaction', size = 5 }: PgBouncerOptions,
  folder: string,
  port: number,
): string {
  return `
[databases]
* = host=${target.host} port=${target.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${folder}/users
pool_mode = ${mode}
default_pool_size = ${size}
max_client_conn = 500
ignore_startup_parameters = extra_float_digits,options
`
}

function untilReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-4_000)
      if (log.includes('process up')) resolve()
    })
    child.once('error', reject)
    child.once('close', () => reject(new Error(`PgBouncer did not start: ${log}`)))
  })
}
