import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../support/free-port.ts'
import { guardProcess } from '../support/process-guard.ts'
import { PROGRAM } from '../support/program.ts'

const START_MS = 60_000
const LOG_LENGTH = 200_000

/** One S-Tier as a process of its own, which can be mistreated. */
export interface NodeProcess {
  readonly address: string
  /** The end of what it has written. */
  readonly log: string
  /** At once (SIGKILL). */
  kill(): Promise<void>
  /** On the same port, empty. */
  restart(): Promise<void>
  freeze(): void
  thaw(): void
  /** As an administrator does. Resolves with its exit code. */
  stop(): Promise<number | null>
}

/** Starts `s-tier serve` on a free port; resolves when it serves. */
export async function startNodeProcess(
  url: string,
  flags: Readonly<Record<string, string>>,
): Promise<NodeProcess> {
  const port = await freePort()
  const wanted = { ...flags, '--http-port': String(port) }
  const given = Object.entries(wanted).map(([name, value]) => `${name}=${value}`)
  const address = `http://127.0.0.1:${port}`
  let child: ChildProcess
  let log = ''

  async function start(): Promise<void> {
    child = spawn(process.execPath, [...PROGRAM, 'serve', url, ...given], {
      env: { PATH: process.env['PATH'], HOME: tmpdir() },
      cwd: tmpdir(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const release = guardProcess(child.pid ?? 0, join(tmpdir(), 's-tier-no-folder'))
    child.once('exit', release)
    const from = log.length
    const isServing = untilServing(child, () => log.slice(from))
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        log = (log + text).slice(-LOG_LENGTH)
      })
    }
    await isServing
  }

  async function ended(signal: NodeJS.Signals): Promise<number | null> {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
    const exit = once(child, 'exit')
    child.kill(signal)
    await exit
    return child.exitCode
  }

  await start()
  return {
    address,
    get log() {
      return log
    },
    async kill() {
      await ended('SIGKILL')
    },
    async restart() {
      await ended('SIGKILL')
      log = ''
      await start()
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    stop: () => ended('SIGTERM'),
  }
}

async function untilServing(child: ChildProcess, log: () => string): Promise<void> {
  const until = Date.now() + START_MS
  while (!log().includes('Serving ')) {
    if (child.exitCode !== null || Date.now() > until)
      throw new Error(`It does not serve: ${log()}`)
    await new Promise(done => setTimeout(done, 20))
  }
}
