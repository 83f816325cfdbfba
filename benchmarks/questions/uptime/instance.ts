import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** How a process is started; it may change between two starts. */
export interface InstanceCommand {
  readonly arguments: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

/** One process of a contestant under a service manager: when it ends by itself it is started again. */
export interface Instance {
  readonly port: number
  /** How often it has ended without being told to. */
  readonly crashes: number
  /** At once (SIGKILL); it stays down. */
  kill(): Promise<void>
  /** As a deployment does (SIGTERM); it stays down. */
  stop(): Promise<void>
  /** Resolves when it answers. */
  start(): Promise<void>
}

const RESTART_AFTER_MS = 1_000
const START_MS = 30_000
const STOP_MS = 20_000
/** A folder for what the processes write, for whoever looks for a reason. */
const LOGS = process.env['STIER_BENCH_LOGS']

export function createInstance(
  name: string,
  port: number,
  command: () => InstanceCommand,
): Instance {
  let child: ChildProcess | undefined
  let isWanted = false
  let crashes = 0

  function launch(): void {
    const { arguments: given, environment } = command()
    const started = spawn(process.execPath, [...given], {
      env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [started.stdout, started.stderr]) {
      stream.on('data', (text: Buffer) => {
        if (LOGS !== undefined) appendFileSync(`${LOGS}/${name}.log`, text)
      })
    }
    started.once('exit', () => {
      if (child !== started) return
      child = undefined
      if (!isWanted) return
      crashes++
      setTimeout(() => isWanted && child === undefined && launch(), RESTART_AFTER_MS)
    })
    child = started
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    isWanted = false
    if (child === undefined) return
    const ended = once(child, 'exit')
    const timer = setTimeout(killNow, STOP_MS, child)
    child.kill(signal)
    await ended
    clearTimeout(timer)
  }
  process.once('exit', () => child?.kill('SIGKILL'))
  return {
    port,
    get crashes() {
      return crashes
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    async start() {
      isWanted = true
      launch()
      await untilAnswering(name, port)
    },
  }
}

function killNow(child: ChildProcess): void {
  child.kill('SIGKILL')
}

async function untilAnswering(name: string, port: number): Promise<void> {
  const deadline = performance.now() + START_MS
  while (performance.now() < deadline) {
    const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined)
    if (answer !== undefined) {
      await answer.arrayBuffer()
      return
    }
    await sleep(50)
  }
  throw new Error(`${name} does not answer`)
}
