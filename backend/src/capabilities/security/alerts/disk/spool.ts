import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DRAFT, FOLDER_MODE, writeDurably } from './durable.ts'

/** Keeps texts by name until they are removed. One thing at a time, in the order asked. */
export interface Spool {
  /** Resolves when it will outlive this process. */
  put(name: string, text: string): Promise<void>
  remove(name: string): Promise<void>
  load(): Promise<ReadonlyMap<string, string>>
  /** Puts one away that cannot be understood. */
  reject(name: string): Promise<void>
}

/** For those that need not outlive it. */
export const NO_SPOOL: Spool = Object.freeze({
  put: () => Promise.resolve(),
  remove: () => Promise.resolve(),
  load: () => Promise.resolve(new Map()),
  reject: () => Promise.resolve(),
})

const END = '.json'

/** In a folder, a file each. */
export function createSpool(directory: string): Spool {
  let last: Promise<unknown> = mkdir(directory, { recursive: true, mode: FOLDER_MODE })

  function next<T>(work: () => Promise<T>): Promise<T> {
    const done = last.then(work, work)
    last = done.catch(() => undefined)
    return done
  }

  const pathOf = (name: string): string => join(directory, `${name}${END}`)
  return {
    put: (name, text) => next(() => writeDurably(pathOf(name), text)),
    remove: name => next(() => rm(pathOf(name), { force: true })),
    load: () => next(() => readAll(directory)),
    reject: name => next(() => rename(pathOf(name), `${pathOf(name)}.unreadable`)),
  }
}

async function readAll(directory: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  for (const file of (await readdir(directory)).sort()) {
    const path = join(directory, file)
    if (file.endsWith(DRAFT)) await rm(path, { force: true })
    else if (file.endsWith(END)) found.set(file.slice(0, -END.length), await readFile(path, 'utf8'))
  }
  return found
}

/** Moves what waits in one folder to another. Answers the names. */
export async function moveSpool(from: string, to: string): Promise<readonly string[]> {
  const files = await readdir(from).catch(() => [])
  const moved: string[] = []
  for (const file of files.filter(name => name.endsWith(END))) {
    await rename(join(from, file), join(to, file))
    moved.push(file.slice(0, -END.length))
  }
  return moved
}
