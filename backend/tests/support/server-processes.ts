import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { endsWithin, signal } from '../../src/cli/embedded/processes.ts'

const KILL_MS = 10_000

/** Sends a signal to a PostgreSQL server and then to its children, which by then it cannot replace. */
export function signalServer(pid: number, name: 'SIGSTOP' | 'SIGCONT'): void {
  const all = name === 'SIGSTOP' ? [pid] : [...childrenOf(pid), pid]
  for (const one of all) signal(one, name)
  if (name === 'SIGSTOP') for (const child of childrenOf(pid)) signal(child, name)
}

/** Ends a server with all its processes at one blow, as a loss of power does, and clears what only a clean stop does. */
export async function killServer(pid: number, dataDir: string): Promise<void> {
  const segment = sharedMemoryOf(dataDir)
  signalServer(pid, 'SIGSTOP')
  const all = [pid, ...childrenOf(pid)]
  for (const one of all) signal(one, 'SIGKILL')
  for (const one of all) {
    if (!(await endsWithin(one, KILL_MS))) throw new Error(`Process ${one} does not end`)
  }
  if (segment !== undefined) spawnSync('ipcrm', ['-m', segment], { stdio: 'ignore' })
}

/** Line 7 of postmaster.pid: the key and the number of the segment that marks the directory as used. */
function sharedMemoryOf(dataDir: string): string | undefined {
  try {
    const line = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')[6]
    return line?.trim().split(/\s+/)[1]
  } catch {
    return undefined
  }
}

function childrenOf(pid: number): number[] {
  if (process.platform !== 'linux') {
    const { stdout } = spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
    return stdout.split('\n').filter(Boolean).map(Number)
  }
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name) && parentOf(name) === pid)
    .map(Number)
}

/** Field 4 of /proc/N/stat; the name before it, in parentheses, may hold anything. */
function parentOf(name: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined
  }
}
