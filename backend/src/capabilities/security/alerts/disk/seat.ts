import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../../../base/index.ts'
import { FILE_MODE, FOLDER_MODE } from './durable.ts'

/** A folder that belongs to this process alone, as long as it lives. */
export interface Seat {
  readonly directory: string
  /** Works in each folder whose process is gone, while nobody else does. */
  withOrphans(work: (directory: string) => Promise<void>): Promise<void>
  release(): Promise<void>
}

interface Owner {
  readonly pid: number
  readonly host: string
  readonly token: string
}

const SEATS_MAX = 1_000
const TOUCH_MS = 20_000
/** A process of another machine that has not shown itself for so long is gone. */
const GONE_MS = 120_000
/** The same for one of this machine whose number is in use: by another one, mostly. */
const GONE_HERE_MS = 600_000
const OWNER = 'owner.json'
const HELD = new Set<string>()

/** Takes the first free one of `seat-1`, `seat-2`, …: after a restart mostly the same one. */
export async function takeSeat(parent: string, clock: Clock): Promise<Seat> {
  for (let number = 1; number <= SEATS_MAX; number++) {
    const directory = join(parent, `seat-${number}`)
    const token = await claim(directory, clock)
    if (token !== undefined) return seatAt(parent, directory, token, clock)
  }
  throw new Error(`there are ${SEATS_MAX} processes in it`)
}

function seatAt(parent: string, directory: string, token: string, clock: Clock): Seat {
  let cancel = clock.after(TOUCH_MS, touch)

  function touch(): void {
    const at = new Date(clock.epochMs())
    void utimes(join(directory, OWNER), at, at).catch(() => undefined)
    cancel = clock.after(TOUCH_MS, touch)
  }

  return {
    directory,
    async withOrphans(work) {
      for (const name of await readdir(parent)) {
        const other = join(parent, name)
        if (!/^seat-\d+$/.test(name) || other === directory) continue
        const borrowed = await claim(other, clock)
        if (borrowed === undefined) continue
        try {
          await work(other)
        } finally {
          await release(other, borrowed)
        }
      }
    },
    async release() {
      cancel()
      await release(directory, token)
    },
  }
}

async function release(directory: string, token: string): Promise<void> {
  HELD.delete(token)
  await rm(join(directory, OWNER), { force: true })
}

/** Undefined: somebody has it. */
async function claim(directory: string, clock: Clock): Promise<string | undefined> {
  await mkdir(directory, { recursive: true, mode: FOLDER_MODE })
  const token = await occupy(directory, clock)
  if (token !== undefined) return token
  return (await evict(directory, clock)) ? occupy(directory, clock) : undefined
}

async function occupy(directory: string, clock: Clock): Promise<string | undefined> {
  const owner: Owner = { pid: process.pid, host: hostname(), token: randomUUID() }
  const path = join(directory, OWNER)
  try {
    const file = await open(path, 'wx', FILE_MODE)
    await file.writeFile(JSON.stringify(owner))
    await file.close()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined
    throw error
  }
  HELD.add(owner.token)
  const at = new Date(clock.epochMs())
  await utimes(path, at, at)
  return owner.token
}

/** Puts the sign of somebody who is gone away. Two may try at once: the file that was moved says whose it was. */
async function evict(directory: string, clock: Clock): Promise<boolean> {
  const path = join(directory, OWNER)
  const before = await readOwner(path)
  if (before === undefined || isAlive(before.owner, clock.epochMs() - before.atMs)) return false
  const aside = `${path}.${randomUUID()}`
  try {
    await rename(path, aside)
  } catch {
    return false
  }
  const moved = await readOwner(aside)
  const isRight = moved?.owner?.token === before.owner?.token
  await (isRight ? rm(aside, { force: true }) : rename(aside, path))
  return isRight
}

interface Sign {
  /** Undefined: it cannot be read. */
  readonly owner: Owner | undefined
  readonly atMs: number
}

async function readOwner(path: string): Promise<Sign | undefined> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)])
    return { owner: parseOwner(text), atMs: mtimeMs }
  } catch {
    return undefined
  }
}

function parseOwner(text: string): Owner | undefined {
  try {
    return JSON.parse(text) as Owner
  } catch {
    return undefined // Its process ended while it wrote.
  }
}

function isAlive(owner: Owner | undefined, ageMs: number): boolean {
  if (owner === undefined || owner.host !== hostname()) return ageMs < GONE_MS
  if (owner.pid === process.pid) return HELD.has(owner.token)
  return ageMs < GONE_HERE_MS && isRunning(owner.pid)
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
