import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** The secret that development tokens are signed with: made once and kept in a file that only its owner reads. */
export async function developmentSecret(path: string): Promise<string> {
  const kept = await readFile(path, 'utf8').catch(ifMissing)
  if (kept !== undefined) return kept.trim()
  const secret = randomBytes(48).toString('base64url')
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, `${secret}\n`, { mode: 0o600, flag: 'wx' })
  return secret
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
