import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { freePort } from './free-port.ts'
import { guardProcess } from './process-guard.ts'

const HOST = '127.0.0.1'
const START_ATTEMPTS = 5

export interface TestRedisOptions {
  /** What `AUTH` asks for. Default: nothing. */
  readonly password?: string
  /** More of redis.conf: `{ maxmemory: '1mb' }`. */
  readonly settings?: Readonly<Record<string, string>>
}

/** A Redis server of one's own, which forgets everything and can be mistreated. */
export interface TestRedis {
  /** With the password. */
  readonly url: string
  readonly port: number
  /** Stops the process (SIGSTOP): connections stay, nobody answers. */
  freeze(): void
  thaw(): void
  /** Ends it at once (SIGKILL), frozen or not. */
  kill(): Promise<void>
  /** Starts it again, empty, on the same port; ends it first when it runs. */
  restart(): Promise<void>
  flush(): Promise<void>
  /** One command on a connection of its own. */
  command(name: string, ...args: string[]): Promise<unknown>
  /** Ends it and removes its folder. May be called twice. */
  stop(): Promise<void>
}

/** Starts `redis-server` (`STIER_TEST_REDIS`, or the one in the path) on a free port. Stop it when the test ends. */
export async function startRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 's-tier-redis-'))
  const secret = options.password === undefined ? '' : `:${encodeURIComponent(options.password)}@`
  const first = await startAnywhere(folder, options)
  const { port } = first
  let { child, release } = first
  const url = `redis://${secret}${HOST}:${port}`

  async function kill(): Promise<void> {
    if (isRunning(child)) {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    }
    release()
  }
  const command = async (name: string, ...args: string[]): Promise<unknown> => {
    const client = new Redis(url, { retryStrategy: () => null, lazyConnect: true })
    client.on('error', () => undefined) // The command rejects.
    try {
      return await client.call(name, ...args)
    } finally {
      client.disconnect()
    }
  }
  return {
    url,
    port,
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    kill,
    async restart() {
      await kill()
      ;({ child, release } = await start(port, folder, options))
    },
    async flush() {
      await command('flushall')
    },
    command,
    async stop() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface Started {
  readonly child: ChildProcess
  readonly port: number
  readonly release: () => void
}

/** Another program may take a port between our look and the server's start. */
async function startAnywhere(folder: string, options: TestRedisOptions): Promise<Started> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(await freePort(), folder, options)
    } catch (error) {
      const isTaken = error instanceof Error && error.message.includes('Address already in use')
      if (!isTaken || attempt === START_ATTEMPTS) {
        rmSync(folder, { recursive: true, force: true })
        throw error
      }
    }
  }
}

async function start(port: number, folder: string, options: TestRedisOptions): Promise<Started> {
  const program = process.env['STIER_TEST_REDIS'] ?? 'redis-server'
  const child = spawn(program, argumentsFor(port, folder, options), {
    detached: true, // Ctrl-C reaches only us, and we stop it last.
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const release = child.pid === undefined ? () => undefined : guardProcess(child.pid, folder)
  child.once('exit', release)
  await untilReady(child, program)
  return { child, port, release }
}

function argumentsFor(port: number, folder: string, options: TestRedisOptions): string[] {
  const settings = {
    port: String(port),
    bind: HOST,
    dir: folder,
    save: '',
    appendonly: 'no',
    ...(options.password !== undefined && { requirepass: options.password }),
    ...options.settings,
  }
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])
}

function untilReady(child: ChildProcess, program: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = ''
    const read = (text: string): void => {
      log = (log + text).slice(-4_000)
      if (log.includes('Ready to accept connections')) resolve()
    }
    child.stdout?.setEncoding('utf8').on('data', read)
    child.stderr?.setEncoding('utf8').on('data', read)
    child.once('error', cause => reject(new Error(missing(program, cause), { cause })))
    child.once('close', () => reject(new Error(`${program} did not start: ${log}`)))
  })
}

function missing(program: string, cause: Error): string {
  return `${program} cannot be run (${cause.message}): install Redis (apt-get install redis-server, brew install redis) or name it in STIER_TEST_REDIS`
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null
}
