import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SecurityEvent } from '../../../backend/src/capabilities/security/index.ts'
import { accessLogLine } from './access-log.ts'

/** Where Debian's packages are: installed, or unpacked somewhere with `dpkg-deb -x`. */
const ROOT = process.env['STIER_BENCH_PACKAGES'] ?? '/'

/** A file of a package; undefined where that is not installed. */
export function packaged(path: string): string | undefined {
  const file = join(ROOT, path)
  return existsSync(file) ? file : undefined
}

/** Does something with these events as a log, in a folder of its own. */
export async function withLog<Result>(
  events: readonly SecurityEvent[],
  use: (log: string, folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 's-tier-attacks-'))
  try {
    const log = join(folder, 'access.log')
    await writeFile(log, events.map(event => `${accessLogLine(event)}\n`).join(''))
    return await use(log, folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
