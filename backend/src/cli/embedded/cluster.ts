import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { type Account, closedFolder } from './account.ts'
import type { Binaries } from './binaries.ts'
import { DataDirectoryError, EmbeddedStartError } from './errors.ts'

/** macOS names no C.UTF-8 in its older versions; byte order with UTF-8 text is what both give. */
const LOCALE = process.platform === 'darwin' ? 'C' : 'C.UTF-8'

/**
 * Makes sure that the directory holds a cluster that these binaries and this account can run. A new one is made
 * beside and moved into place, so that an interrupted start leaves nothing half made.
 */
export function prepareCluster(
  dataDir: string,
  binaries: Binaries,
  account: Account | undefined,
  onProgress: (line: string) => void,
): void {
  const closed = closedFolder(dataDir, account)
  if (closed !== undefined) {
    const details = `The account that runs PostgreSQL (uid ${account?.uid}) cannot enter ${closed}`
    throw new DataDirectoryError(dataDir, details, 'Put the data below a folder open to all users.')
  }
  if (existsSync(join(dataDir, 'PG_VERSION'))) {
    checkCluster(dataDir, binaries, process.getuid?.())
    return
  }
  onProgress(`Making a PostgreSQL ${binaries.version} cluster in ${dataDir}`)
  const draft = `${dataDir}.new`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft, { mode: 0o700 })
  if (account !== undefined) chownSync(draft, account.uid, account.gid)
  initialise(draft, binaries, account)
  renameSync(draft, dataDir)
}

/** Throws ST022 when the cluster belongs to another user than `self`, or to another version. */
export function checkCluster(dataDir: string, binaries: Binaries, self: number | undefined): void {
  const owner = statSync(dataDir).uid
  if (self !== 0 && self !== undefined && owner !== self) {
    const details = `It belongs to another user (uid ${owner})`
    throw new DataDirectoryError(dataDir, details, 'Start as that user, or remove the directory.')
  }
  const version = Number.parseInt(readFileSync(join(dataDir, 'PG_VERSION'), 'utf8'), 10)
  if (version !== binaries.version) {
    const details = `PostgreSQL ${version} wrote it, this is PostgreSQL ${binaries.version}`
    throw new DataDirectoryError(dataDir, details, 'Start once with --reset to make it anew.')
  }
}

/** Makes the folder above a data directory, where its lock lies as well. */
export function makeParent(dataDir: string): void {
  const parent = dirname(dataDir)
  if (existsSync(parent)) return
  mkdirSync(parent, { recursive: true })
  chmodSync(parent, 0o755) // Whatever the umask: another account must pass.
}

function initialise(dataDir: string, binaries: Binaries, account: Account | undefined): void {
  const { status, stderr, stdout, error } = spawnSync(
    binaries.initdb,
    [
      ...['-D', dataDir, '-U', 'postgres', '--auth=trust', '--no-sync'],
      ...['-E', 'UTF8', `--locale=${LOCALE}`, '--no-instructions'],
    ],
    { ...account, cwd: '/', encoding: 'utf8', env: serverEnvironment() },
  )
  if (status === 0) return
  rmSync(dataDir, { recursive: true, force: true })
  throw new EmbeddedStartError('initdb', error?.message ?? (stderr || stdout).trim())
}

/** Our own environment does not reach the server: its PG… variables would change what it does. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' }
}
