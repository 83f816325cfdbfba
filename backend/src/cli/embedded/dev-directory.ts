import { createHash } from 'node:crypto'
import { mkdirSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { accountFor, closedFolder } from './account.ts'
import { DataDirectoryError } from './errors.ts'

/**
 * Where the development cluster lives: `postgres` in the directory given. As root, PostgreSQL runs as another user,
 * who may be unable to enter it (root's home is closed); then in the folder for temporary files, by the path's hash.
 */
export function devDataDirectory(directory: string, report: (line: string) => void): string {
  const dataDir = join(resolve(directory), 'postgres')
  const closed = closedFolder(dataDir, accountFor(dataDir))
  if (closed === undefined) return dataDir
  const hash = createHash('sha256').update(dataDir).digest('hex').slice(0, 12)
  const folder = join(tmpdir(), `s-tier-${hash}`)
  report(
    `PostgreSQL does not run as root and nobody else can enter ${closed}: its data is in ${folder}`,
  )
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  const self = process.getuid?.()
  if (statSync(folder).uid !== self) {
    throw new DataDirectoryError(
      folder,
      'It belongs to another user',
      'Remove it, or use another directory.',
    )
  }
  return join(folder, 'postgres')
}
