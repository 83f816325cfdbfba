import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** One run of sqlmap: which places it tried (marked with `*`), and what it said. */
export interface Attack {
  readonly url: string
  readonly method?: string
  readonly headers?: readonly string[]
  readonly data?: string
  readonly level?: number
  readonly risk?: number
}

export interface Verdict {
  readonly isInjectable: boolean
  /** Requests that it says it made, by status that was no success. */
  readonly output: string
}

const FOUND = 'identified the following injection point'
const NOT_FOUND = 'do not appear to be injectable'
/** In words of sqlmap: boolean-based, error-based, union, stacked, time-based. */
const TECHNIQUES = 'BEUST'

export function hasSqlmap(): boolean {
  return spawnSync('sqlmap', ['--version']).status === 0
}

/** Debian's sqlmap against a running server; it asks nothing and keeps nothing. */
export async function attack({
  url,
  method,
  headers = [],
  data,
  ...how
}: Attack): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), 's-tier-sqlmap-'))
  const options = [
    ...['--batch', '--flush-session', '--disable-coloring', '--dbms=PostgreSQL', '--time-sec=1'],
    ...['--level', String(how.level ?? 2), '--risk', String(how.risk ?? 2)],
    ...['--answers', 'skip those kind of cases=N,try to reduce=N'],
    ...['--technique', TECHNIQUES, '--output-dir', folder, '--ignore-code', '*', '-u', url],
    ...headers.flatMap(header => ['-H', header]),
    ...(method === undefined ? [] : ['--method', method]),
    ...(data === undefined ? [] : ['--data', data]),
  ]
  try {
    const output = await outputOf(options)
    const isInjectable = output.includes(FOUND)
    if (!isInjectable && !output.includes(NOT_FOUND)) throw new Error(`No verdict:\n${output}`)
    return { isInjectable, output }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function outputOf(options: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('sqlmap', options, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (piece: string) => (output += piece))
    }
    child.on('error', reject).on('close', () => resolve(output))
  })
}
