import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { DataDirectoryError } from './errors.ts'
import { endsWithin, identityOf, signal } from './processes.ts'

/** How long an orphaned server may take for a fast shutdown before it is told to stop at once, in milliseconds. */
const ORPHAN_STOP_MS = 10_000

/**
 * Takes a data directory for this process: `<dataDir>.lock` names the launcher. A lock whose launcher has died is
 * taken over, and the server that it left behind is stopped. Returns the function that gives it back.
 */
export async function lockDataDirectory(dataDir: string): Promise<() => void> {
  const path = `${dataDir}.lock`
  while (!createLock(path)) {
    const holder = holderOf(path)
    if (holder !== undefined) {
      const details = `Process ${holder} is using it`
      const hint = `Stop process ${holder} first, or run beside it: --directory another --http-port 0`
      throw new DataDirectoryError(dataDir, details, hint)
    }
    rmSync(path, { force: true })
  }
  await stopOrphan(dataDir)
  return () => rmSync(path, { force: true })
}

/** Stops the server that a dead launcher left running on this directory, and clears its stale pid file. */
async function stopOrphan(dataDir: string): Promise<void> {
  const pid = Number(read(`${dataDir}/postmaster.pid`)?.split('\n')[0])
  if (isServerOf(pid, dataDir)) {
    signal(pid, 'SIGINT')
    if (!(await endsWithin(pid, ORPHAN_STOP_MS))) signal(pid, 'SIGQUIT')
    if (!(await endsWithin(pid, ORPHAN_STOP_MS))) {
      const details = `PostgreSQL process ${pid} does not stop`
      throw new DataDirectoryError(dataDir, details, `End process ${pid}, then try again.`)
    }
  }
  rmSync(`${dataDir}/postmaster.pid`, { force: true })
}

/** Removes a cluster, after stopping a server that a dead launcher left on it. Fails with ST022 while it is in use. */
export async function removeCluster(dataDir: string): Promise<void> {
  const parent = dirname(dataDir)
  if (!existsSync(parent)) return
  const unlock = await lockDataDirectory(dataDir)
  rmSync(dataDir, { recursive: true, force: true })
  unlock()
}

/** True when the launcher that locked this directory still runs. */
export function isLocked(dataDir: string): boolean {
  return holderOf(`${dataDir}.lock`) !== undefined
}

/** Written beside and linked into place: the lock is never seen half written. */
function createLock(path: string): boolean {
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, `${process.pid}\n${identityOf(process.pid)}\n`)
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

function holderOf(path: string): number | undefined {
  const [pid, identity] = read(path)?.split('\n') ?? []
  const alive = identity !== undefined && identityOf(Number(pid)) === identity
  return alive ? Number(pid) : undefined
}

function isServerOf(pid: number, dataDir: string): boolean {
  return identityOf(pid)?.includes(`-D ${dataDir}`) ?? false
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
