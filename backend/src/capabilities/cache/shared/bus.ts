import {
  type Clock,
  ignoreEvents,
  type Observer,
  option,
  systemClock,
} from '../../../base/index.ts'
import type { CacheEvent } from '../events.ts'
import type { Bus, BusListener } from '../types.ts'
import { createAttempts } from './attempts.ts'
import { type BusEntry, type BusReader, createBusReader, type BusReading } from './bus-reader.ts'
import { READ, SEND } from './bus-scripts.ts'
import { createBusSender } from './bus-sender.ts'
import type { CacheRedis } from './cache-redis.ts'
import { BUS_CHECKS, BUS_DEFAULTS, type BusOptions } from './options.ts'

export interface BusSetup extends BusOptions {
  readonly redis: CacheRedis
  /** The name of this process, which no other has, and which it has only once. Default: made up. */
  readonly node?: string
  readonly clock?: Clock
  /** From 0 to 1, for names and marks. */
  readonly random?: () => number
  readonly observe?: Observer<CacheEvent>
}

const ENTRIES_AT_ONCE = 100

/**
 * Messages between nodes over a stream in Redis. Each node hears those of the others, all in the same order, and after an interruption from
 * where it was; or it is told that it has a gap. Messages may come twice. Nothing rejects and nothing hangs; while Redis is away,
 * messages wait here and `isBehind` becomes true. Throws ST001 and ST003 for wrong options, nothing else.
 */
export function createBus(setup: BusSetup): Bus {
  const { redis, clock = systemClock, random = Math.random, ...rest } = setup
  const { observe = ignoreEvents, node = newName(random), ...options } = rest
  const rules = option.settled('bus', options, BUS_CHECKS, BUS_DEFAULTS)
  const tag = `{${rules.name}}`
  const [stream, head, channel] = [`${tag}:stream`, `${tag}:head`, `${tag}:news`]
  const attempts = createAttempts({ part: 'bus', redis, clock, observe })
  let reader: BusReader | undefined
  let unsubscribe: (() => Promise<void>) | undefined
  let cancelSweep = (): void => undefined
  let isClosed = false

  const sender = createBusSender({
    clock,
    waitingMax: rules.waitingMax,
    retryMs: rules.sweepMs,
    send: texts =>
      attempts.run(async () => {
        const args = [rules.messagesMax, newName(random), node, texts]
        return String(await redis.eval(SEND, [stream, head, channel], args))
      }, undefined),
  })

  const read = (after = ''): Promise<BusReading | undefined> =>
    attempts.run(async () => {
      const args = [newName(random), after, ENTRIES_AT_ONCE]
      return readingOf(await redis.eval(READ, [stream, head], args))
    }, undefined)

  function sweep(): void {
    void reader?.wake()
    if (!isClosed) cancelSweep = clock.after(rules.sweepMs, sweep)
  }

  async function start(listener: BusListener): Promise<void> {
    const mine = createBusReader({ clock, node, listener, onLoss: sender.sendMissing, read })
    reader = mine
    const wake = (): void => void mine.wake()
    const [stop] = await Promise.all([redis.subscribe(channel, wake, wake), mine.wake()])
    unsubscribe = stop
    if (isClosed) await stop()
    else sweep()
  }

  return {
    send: text => sender.send(text),
    start,
    get place() {
      return reader?.place
    },
    get isBehind() {
      return reader === undefined || clock.now() - reader.caughtUpAt > rules.behindAfterMs
    },
    async close() {
      isClosed = true
      cancelSweep()
      await sender.close()
      await unsubscribe?.()
    },
  }
}

/** As READ answers. */
function readingOf(answer: unknown): BusReading {
  const [id, mark, streams] = answer as [id: string, mark: string, StreamAnswer?]
  const entries = streams?.[0]?.[1] ?? []
  return { head: { id, mark }, entries: entries.map(entryOf) }
}

type StreamAnswer = readonly (readonly [stream: string, readonly EntryAnswer[]])[] | null
type EntryAnswer = readonly [id: string, fields: readonly string[]]

function entryOf([id, fields]: EntryAnswer): BusEntry {
  const [, before = '', , mark = '', , node = '', , texts = ''] = fields
  return { id: id.replace(/-.*$/, ''), before, mark, node, texts }
}

function newName(random: () => number): string {
  return Math.floor(random() * 2 ** 48).toString(36)
}
