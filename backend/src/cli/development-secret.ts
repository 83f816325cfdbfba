import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { type Arguments, type FlagSpec, valueOf } from './command.ts'
import type { World } from './world.ts'

/** The flag of `dev`, and of `token`, which signs with the secret kept there. */
export const DIRECTORY_FLAG: FlagSpec = {
  name: '--directory',
  value: 'path',
  summary: 'Where s-tier dev keeps its data and its secret. Default: .s-tier here.',
}

/** The folder that `--directory` names: an absolute path as it is, another one from where the command was started. */
export function dataDirectory(given: Arguments, { directory }: Pick<World, 'directory'>): string {
  return resolve(directory, valueOf(given, '--directory') ?? '.s-tier')
}

/** The file of the secret in that folder. */
export function secretPath(directory: string): string {
  return join(directory, 'dev-secret')
}

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
