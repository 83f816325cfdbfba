import { spawn } from 'node:child_process'
import { vi } from 'vitest'
import { PROGRAM } from '../support/program.ts'

/** A running `s-tier`, as its user sees it. */
export interface Running {
  /** What it has written so far. */
  readonly output: { out: string; err: string }
  signal(name: NodeJS.Signals): void
  /** Resolves to how it ended: an exit code, or the signal that killed it. */
  readonly ended: Promise<number | NodeJS.Signals>
}

/**
 * Starts `s-tier` with these arguments. Of the environment it gets PATH and what is given. With `isReadOnce` its standard
 * output is closed after the first piece of it.
 */
export function start(
  argv: readonly string[],
  directory: string,
  environment: Readonly<Record<string, string>> = {},
  isReadOnce = false,
): Running {
  const child = spawn(process.execPath, [...PROGRAM, ...argv], {
    cwd: directory,
    env: { PATH: process.env['PATH'], HOME: directory, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { out: '', err: '' }
  child.stdout.setEncoding('utf8')
  child.stderr.setEncoding('utf8')
  child.stdout.on('data', (chunk: string) => {
    output.out += chunk
    if (isReadOnce) child.stdout.destroy()
  })
  child.stderr.on('data', (chunk: string) => {
    output.err += chunk
  })
  const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'))
  })
  return { output, ended, signal: name => void child.kill(name) }
}

/** The URL that a server says it serves, on a terminal's line or in its log. Rejects when it says none. */
export function servedUrl({ output }: Running): Promise<string> {
  const find = () => {
    const url = /(?:^|"msg":")Serving ([^\s"]+)/m.exec(output.out + output.err)?.[1]
    if (url === undefined) throw new Error(`It does not serve: ${output.out}${output.err}`)
    return url
  }
  return vi.waitFor(find, { timeout: 20_000 })
}

/** Runs it to its end. */
export async function run(...given: Parameters<typeof start>) {
  const { output, ended } = start(...given)
  return { code: await ended, ...output }
}
