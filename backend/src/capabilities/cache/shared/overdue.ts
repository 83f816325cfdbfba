import type { Clock } from '../../../base/index.ts'

const TRIED_EVERY_MS = 250
/** With more, everything is deleted instead. */
const KEYS_MAX = 10_000

/** What should have been deleted and perhaps was not. Here it counts as deleted; it is tried again until it is. */
export interface Overdue {
  has(key: string): boolean
  /** Stored anew: what was to be deleted is no longer there. */
  drop(key: string): void
  /** Everything, from now on. */
  addAll(): void
  add(keys: readonly string[]): void
  close(): void
}

export interface OverdueSetup {
  readonly clock: Clock
  /** Both answer whether it was done, and never reject. */
  readonly deleteKeys: (keys: readonly string[]) => Promise<boolean>
  readonly deleteAll: () => Promise<boolean>
}

export function createOverdue({ clock, deleteKeys, deleteAll }: OverdueSetup): Overdue {
  const keys = new Map<string, symbol>()
  let everything: symbol | undefined
  let cancel: (() => void) | undefined
  let isClosed = false

  function later(): void {
    if (isClosed) return
    cancel ??= clock.after(TRIED_EVERY_MS, () => void again())
  }

  async function again(): Promise<void> {
    if (everything === undefined) await someAgain()
    else await allAgain(everything)
    cancel = undefined
    if (everything !== undefined || keys.size > 0) later()
  }

  async function allAgain(asked: symbol): Promise<void> {
    if ((await deleteAll()) && everything === asked) everything = undefined
  }

  /** A key that is asked for again meanwhile stays. */
  async function someAgain(): Promise<void> {
    const tried = [...keys]
    if (!(await deleteKeys(tried.map(([key]) => key)))) return
    for (const [key, asked] of tried) if (keys.get(key) === asked) keys.delete(key)
  }

  function addAll(): void {
    keys.clear()
    everything = Symbol('everything')
    later()
  }

  return {
    has: key => everything !== undefined || keys.has(key),
    drop: key => void keys.delete(key),
    addAll,
    add(added) {
      if (keys.size + added.length > KEYS_MAX) return addAll()
      for (const key of added) keys.set(key, Symbol(key))
      later()
    },
    close() {
      isClosed = true
      cancel?.()
    },
  }
}
