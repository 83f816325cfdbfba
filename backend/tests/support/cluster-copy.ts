import {
  chmod,
  chown,
  constants,
  copyFile,
  mkdir,
  readdir,
  readFile,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { type Account, accountFor } from '../../src/cli/embedded/account.ts'

/** Folders whose content belongs to the running server. PostgreSQL's manual, "Low-Level Base Backup". */
const EMPTIED = new Set([
  ...['pg_wal', 'pg_replslot', 'pg_dynshmem', 'pg_notify', 'pg_serial', 'pg_snapshots'],
  ...['pg_stat_tmp', 'pg_subtrans'],
])
const LEFT_OUT =
  /^(postmaster\.(pid|opts)|pg_internal\.init.*|backup_label.*|tablespace_map.*|standby\.signal|recovery\.signal|current_logfiles|pgsql_tmp.*)$/

export interface CopySource {
  /** As a superuser. */
  readonly url: string
  readonly port: number
  readonly dataDir: string
}

/**
 * Copies the data of a running server to new directories, from each of which a standby of it can be started. Needs PostgreSQL 15, whose
 * `pg_backup_start` the older ones call otherwise, and a server whose `wal_keep_size` spans the time until they connect.
 */
export async function copyCluster(
  source: CopySource,
  copies: readonly { readonly name: string; readonly dataDir: string }[],
): Promise<void> {
  const account = accountFor(source.dataDir)
  const session = new pg.Client(source.url)
  await session.connect()
  try {
    await session.query(`select pg_backup_start('copy', fast => true)`)
    for (const { dataDir } of copies) await copyFolder(source.dataDir, dataDir, account, EMPTIED)
    const { rows } = await session.query<{ labelfile: string }>(
      'select labelfile from pg_backup_stop(wait_for_archive => false)',
    )
    for (const { name, dataDir } of copies) {
      await put(join(dataDir, 'backup_label'), rows[0]?.labelfile ?? '', account)
      await put(join(dataDir, 'standby.signal'), '', account)
      await appendSettings(dataDir, account, { primary_conninfo: conninfo(source.port, name) })
    }
  } finally {
    await session.end()
  }
}

/** Where a standby of that name finds its primary. */
export function conninfo(port: number, name: string): string {
  return `host=127.0.0.1 port=${port} user=postgres application_name=${name}`
}

async function appendSettings(
  dataDir: string,
  account: Account | undefined,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  const path = join(dataDir, 'postgresql.auto.conf')
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`)
  await put(path, [await readFile(path, 'utf8'), ...lines].join(''), account)
}

async function copyFolder(
  from: string,
  to: string,
  account: Account | undefined,
  emptied: ReadonlySet<string>,
): Promise<void> {
  await makeFolder(to, account)
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (LEFT_OUT.test(entry.name)) continue
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isFile()) await copyOne(source, target, account)
    else if (!emptied.has(entry.name)) await copyFolder(source, target, account, new Set())
    else await makeFolder(target, account)
  }
}

async function makeFolder(path: string, account: Account | undefined): Promise<void> {
  await mkdir(path, { mode: 0o700 })
  await own(path, account)
}

/** The server goes on meanwhile, and may have removed a file that was still listed. */
async function copyOne(from: string, to: string, account: Account | undefined): Promise<void> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  await chmod(to, 0o600)
  await own(to, account)
}

async function put(path: string, text: string, account: Account | undefined): Promise<void> {
  await writeFile(path, text, { mode: 0o600 })
  await own(path, account)
}

async function own(path: string, account: Account | undefined): Promise<void> {
  if (account !== undefined) await chown(path, account.uid, account.gid)
}
