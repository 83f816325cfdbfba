import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Running, servedUrl } from '../process/command.ts'
import { requireBuilt, ROOT } from './package.ts'

export interface Example extends Running {
  /** `http://127.0.0.1:54321` */
  readonly address: string
  json(
    path: string,
    init?: RequestInit,
  ): Promise<{ status: number; headers: Headers; body: unknown }>
  /** Stops it as a supervisor does; resolves to how it ended. */
  stop(): Promise<number | NodeJS.Signals>
}

/** Runs `examples/<path>` with node, as its README says, until the test ends. */
export async function runExample(
  path: string,
  environment: Readonly<Record<string, string>>,
): Promise<Example> {
  requireBuilt()
  const child = spawn(process.execPath, [join(ROOT, 'examples', path)], {
    env: { PATH: process.env['PATH'], PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.err += text))
  const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'))
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const running = { output, ended, signal: (name: NodeJS.Signals) => void child.kill(name) }
  const address = (await servedUrl(running)).replace('[::1]', 'localhost')
  return {
    ...running,
    address,
    async json(target, init) {
      const answer = await fetch(address + target, init)
      return { status: answer.status, headers: answer.headers, body: await answer.json() }
    },
    stop() {
      child.kill('SIGTERM')
      return ended
    },
  }
}

/** Of `expect.poll`: what a busy machine needs is no bound. */
export const PATIENCE = { timeout: 20_000 }
