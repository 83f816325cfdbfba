import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A server under test, in a process of its own. */
export interface RunningServer {
  readonly port: number
  readonly pid: number
  stop(): Promise<void>
}

/** How to start one: the arguments of `node` and its environment, given the port it is to listen on. */
export interface ServerCommand {
  readonly arguments: (port: number) => readonly string[]
  readonly environment: (port: number) => Readonly<Record<string, string>>
}

/** How long a server may take until it answers, in milliseconds. */
const START_TIMEOUT_MS = 30_000

/** Starts a server and waits until it answers HTTP, whatever the status. What it writes is shown if it fails. */
export async function startServer(command: ServerCommand): Promise<RunningServer> {
  const port = await freePort()
  const child = spawn(process.execPath, [...command.arguments(port)], {
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...command.environment(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = lastOutput(child)
  const killAtExit = () => child.kill('SIGKILL')
  process.once('exit', killAtExit)
  const stop = async () => {
    await stopChild(child)
    process.removeListener('exit', killAtExit)
  }
  try {
    await untilAnswering(port, child)
  } catch (error) {
    await stop()
    throw new Error(`The server did not start:\n${output()}`, { cause: error })
  }
  return { port, pid: child.pid ?? 0, stop }
}

async function untilAnswering(port: number, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS
  while (child.exitCode === null && performance.now() < deadline) {
    const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined)
    if (answer !== undefined) {
      await answer.arrayBuffer()
      return
    }
    await sleep(50)
  }
  throw new Error(child.exitCode === null ? 'It did not answer in time' : 'It ended')
}

/** The end of what the process has written. It must be read in any case, or a full pipe would stop it. */
function lastOutput(child: ChildProcess): () => string {
  let text = ''
  const keep = (piece: Buffer) => {
    text = (text + piece.toString()).slice(-4_000)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  return () => text
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await ended
  clearTimeout(timer)
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}
