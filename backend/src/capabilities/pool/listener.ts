import type pg from 'pg'
import {
  type Clock,
  identifier,
  ignoreEvents,
  type Observer,
  option,
  sql,
  systemClock,
} from '../../base/index.ts'
import type { PoolEvent } from './events.ts'
import { endClient, openClient } from './open-client.ts'
import { LISTENER_CHECKS, LISTENER_DEFAULTS, type ListenerOptions } from './options.ts'
import { queryClient } from './query-client.ts'
import { placeOf, type Target } from './target.ts'

export interface ListenerSetup extends ListenerOptions {
  /** A function is asked before every attempt to connect: what sends notifications may have moved. */
  readonly target: Target | (() => Target)
  /**
   * Called when the connection is there and listens, the first time and after every interruption: what was sent in
   * between is lost, so whoever follows a state reads it again now.
   */
  readonly onConnect?: (isFirst: boolean) => void
  readonly observe?: Observer<PoolEvent>
  readonly clock?: Clock
  /** From 0 to 1, for spreading the attempts to reconnect. */
  readonly random?: () => number
}

export type OnNotification = (payload: string) => void

/** One connection of its own that hears what the database NOTIFYs, and comes back when it is lost. */
export interface Listener {
  /** Hears `channel` from now on. Resolves when the server listens, or at once while there is no connection. */
  listen(channel: string, onNotification: OnNotification): Promise<void>
  /** What sends notifications has moved: gives up its connection, and connects to where the target is now. */
  renew(): void
  /** Closes the connection, or gives up connecting; nothing is heard after it resolves. Called again: the same end. */
  stop(): Promise<void>
}

/** Starts connecting at once, and never gives up. Throws ST001 for a wrong option. */
export function createListener({ target, onConnect, ...setup }: ListenerSetup): Listener {
  const { observe = ignoreEvents, clock = systemClock, random = Math.random, ...options } = setup
  const rules = option.settled('listener', options, LISTENER_CHECKS, LISTENER_DEFAULTS)
  const channels = new Map<string, OnNotification>()
  let client: pg.Client | undefined
  let isFirst = true
  const stopping = new AbortController()
  let failures = 0
  let cancelTimer = (): void => undefined
  let connecting = Promise.resolve()
  let ended: Promise<void> | undefined
  let turn = Promise.resolve()

  function startConnecting(): void {
    connecting = connect()
  }

  async function connect(): Promise<void> {
    let opened: pg.Client | undefined
    try {
      const to = place()
      opened = await openClient(to, rules.connectTimeoutMs, stopping.signal)
      if (stopping.signal.aborted) return await endClient(opened)
      adopt(opened)
      if (placeOf(to) !== placeOf(place())) throw new Error(MOVED) // While it connected.
      for (const channel of channels.keys()) await listenOn(opened, channel)
      if (client === opened) ready()
    } catch (error) {
      lost(opened, error)
    }
  }

  function place(): Target {
    return typeof target === 'function' ? target() : target
  }

  function adopt(opened: pg.Client): void {
    client = opened
    opened.on('notification', ({ channel, payload }) => channels.get(channel)?.(payload ?? ''))
    opened.on('error', error => lost(opened, error))
    opened.on('end', () => lost(opened, new Error('Connection terminated')))
  }

  function ready(): void {
    failures = 0
    observe({ kind: 'listener.connected', isFirst })
    onConnect?.(isFirst)
    isFirst = false
    cancelTimer = clock.after(rules.keepaliveMs, () => void checkAlive())
  }

  /** `from`: the connection that was lost; undefined when there is none yet. Older news are ignored. */
  function lost(from: pg.Client | undefined, error: unknown): void {
    if (stopping.signal.aborted || (from !== undefined && from !== client)) return
    client?.connection.stream.destroy()
    client = undefined
    cancelTimer()
    const retryInMs = waitBefore(failures++)
    observe({ kind: 'listener.disconnected', error, retryInMs })
    cancelTimer = clock.after(retryInMs, startConnecting)
  }

  /** Doubles up to the longest; half of it by chance, so that many servers do not come back at the same moment. */
  function waitBefore(attempt: number): number {
    const { reconnectDelayMinMs, reconnectDelayMaxMs } = rules
    const longest = Math.min(reconnectDelayMinMs * 2 ** attempt, reconnectDelayMaxMs)
    return Math.round(longest * (0.5 + 0.5 * random()))
  }

  /** A peer that vanished without a word would otherwise go unnoticed for hours. */
  async function checkAlive(): Promise<void> {
    const checked = client
    if (checked === undefined) return
    cancelTimer = clock.after(rules.keepaliveMs, () =>
      lost(checked, new Error('No answer to the keepalive')),
    )
    await checked.query('select').catch((error: unknown) => lost(checked, error))
    if (client !== checked) return
    cancelTimer()
    cancelTimer = clock.after(rules.keepaliveMs, () => void checkAlive())
  }

  /** Without a connection there is nothing to do: the next one listens to all channels. */
  async function listenNow(channel: string): Promise<void> {
    const current = client
    if (current === undefined) return
    await listenOn(current, channel).catch((error: unknown) => lost(current, error))
  }

  async function end(): Promise<void> {
    stopping.abort()
    cancelTimer()
    if (client !== undefined) await endClient(client)
    await connecting
  }

  startConnecting()
  return {
    listen(channel, onNotification) {
      channels.set(channel, onNotification)
      turn = turn.then(() => listenNow(channel))
      return turn
    },
    renew() {
      if (client !== undefined) lost(client, new Error(MOVED))
    },
    stop: () => (ended ??= end()),
  }
}

const MOVED = 'What is listened to has moved'

/** LISTEN takes a name, not a value. */
async function listenOn(client: pg.Client, channel: string): Promise<void> {
  await queryClient(client, sql`listen ${identifier(channel)}`.text)
}
