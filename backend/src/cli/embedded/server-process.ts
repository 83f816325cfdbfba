import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Account } from './account.ts'
import { serverEnvironment } from './cluster.ts'
import { EmbeddedPortError, EmbeddedStartError } from './errors.ts'
import { signal } from './processes.ts'

const LOG_LINES_KEPT = 20
const READY = /ready to accept (read-only )?connections/
const PORT_TAKEN = /could not bind .*: Address already in use/
/** A fast shutdown that takes longer than this is followed by an immediate one, in milliseconds. */
const FAST_STOP_MS = 10_000

export interface ServerCommand {
  readonly postgres: string
  readonly dataDir: string
  readonly port: number
  readonly account: Account | undefined
  readonly settings: Readonly<Record<string, string>>
}

/**
 * Runs one server until it says that it is ready. It has a session of its own, so that the Ctrl-C of a terminal
 * reaches only us and we stop it last; when we end without stopping it, it is told on the way out. Fails with EmbeddedPortError or EmbeddedStartError.
 */
export async function runServer(command: ServerCommand): Promise<ChildProcess> {
  const child = spawn(command.postgres, serverArguments(command), {
    ...command.account,
    cwd: '/',
    detached: true,
    env: serverEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const stopAtExit = () => signal(child.pid ?? 0, 'SIGINT')
  process.once('exit', stopAtExit)
  child.once('close', () => process.removeListener('exit', stopAtExit))
  await untilReady(child, command.port)
  return child
}

function serverArguments({ dataDir, port, settings }: ServerCommand): string[] {
  const fixed = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    logging_collector: 'off',
    log_destination: 'stderr',
  }
  const all = Object.entries({ ...settings, ...fixed })
  return [
    '-D',
    dataDir,
    '-p',
    String(port),
    ...all.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]
}

function untilReady(child: ChildProcess, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let log: string[] = []
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log = [...log, ...text.split('\n').filter(Boolean)].slice(-LOG_LINES_KEPT)
      if (READY.test(text)) resolve()
    })
    child.once('error', error => reject(new EmbeddedStartError('PostgreSQL', error.message)))
    child.once('close', () => {
      const details = log.join('\n')
      if (PORT_TAKEN.test(details)) reject(new EmbeddedPortError(port))
      else reject(new EmbeddedStartError('PostgreSQL', details))
    })
  })
}

/** Stops a server: fast at first (open transactions are rolled back), at once when that takes too long. */
export async function stopServer(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  signal(child.pid, 'SIGINT')
  const { pid } = child
  const impatient = setTimeout(() => signal(pid, 'SIGQUIT'), FAST_STOP_MS)
  await ended
  clearTimeout(impatient)
}
