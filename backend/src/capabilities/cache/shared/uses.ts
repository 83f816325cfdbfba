import type { Clock } from '../../../base/index.ts'

/** Uses of values, told to Redis together: one command for many reads, and none that a reader waits for. */
export interface Uses {
  add(key: string): void
  close(): void
}

const SENT_EVERY_MS = 100
const KEYS_MAX = 200

/** `send` gets key, number, key, number, … It must not throw. */
export function createUses(clock: Clock, send: (args: readonly (string | number)[]) => void): Uses {
  let counts = new Map<string, number>()
  let cancel: (() => void) | undefined
  let isClosed = false

  function flush(): void {
    cancel?.()
    cancel = undefined
    const args = [...counts].flat()
    counts = new Map()
    send(args)
  }

  return {
    add(key) {
      if (isClosed) return
      counts.set(key, (counts.get(key) ?? 0) + 1)
      if (counts.size >= KEYS_MAX) flush()
      else cancel ??= clock.after(SENT_EVERY_MS, flush)
    },
    close() {
      isClosed = true
      cancel?.()
    },
  }
}
