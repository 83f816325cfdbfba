import { type Clock, ignoreEvents, type Observer, systemClock } from '../../../base/index.ts'
import type { Breaker } from '../breaker.ts'
import type { Breakers } from '../breakers.ts'
import type { BreakerEvent, TransitionReason } from '../events.ts'
import type { WatchedTransition } from '../history.ts'
import type { Bus } from './bus.ts'
import { createMembers } from './members.ts'
import { formatMessage, parseMessage, type ShareMessage } from './message.ts'

export interface ShareSetup {
  readonly breakers: Pick<Breakers, 'all' | 'watch'>
  readonly bus: Bus
  /** The name of this process, which no other has. */
  readonly member: string
  /** Default: the machine's. */
  readonly clock?: Clock
  readonly observe?: Observer<BreakerEvent>
  /**
   * How often each process says that it lives, in milliseconds. Silent for three of these it has no vote; for thirty, it is not
   * counted any more. Default 1_000.
   */
  readonly heartbeatMs?: number
  /** A breaker opens when more than this share of the processes have opened theirs, and two at least. Default 0.5. */
  readonly quorum?: number
}

export interface Sharing {
  /** The processes that are taken to be there, this one included. */
  members(): readonly string[]
  /** Says goodbye. */
  stop(): Promise<void>
}

/** Openings that a process has seen itself. */
const OWN_EVIDENCE: ReadonlySet<TransitionReason> = new Set([
  'failures-in-a-row',
  'failure-ratio',
  'slow-ratio',
  'trial-failed',
  'trial-timeout',
])
const STALE_HEARTBEATS = 3
const GONE_HEARTBEATS = 30
/** Who is next in line waits so many heartbeats longer before it tries in the place of the one before it. */
const TURN_HEARTBEATS = 2

interface RestingHere {
  readonly at: number
  readonly isOwn: boolean
  /** How long it rests. */
  readonly forMs: number
}

/**
 * Lets processes that call the same thing tell each other when it fails: a majority that has opened its breaker opens everybody's,
 * and while it rests one process tries it out for all. One sick process is no majority.
 *
 * The bus may lose anything. Without messages each process soon finds itself alone and goes by its own calls; with some
 * lost, a few more calls or trials are made than were necessary.
 */
export async function shareTransitions(setup: ShareSetup): Promise<Sharing> {
  const { breakers, bus, member, clock = systemClock, observe = ignoreEvents } = setup
  const { heartbeatMs = 1_000, quorum = 0.5 } = setup
  const startedAt = clock.now()
  const members = createMembers(
    member,
    STALE_HEARTBEATS * heartbeatMs,
    GONE_HEARTBEATS * heartbeatMs,
  )
  const resting = new Map<string, RestingHere>()
  const closedAt = new WeakMap<Breaker, number>()
  let isStopped = false
  let isTold = true
  let cancelHeartbeat: () => void = () => undefined

  async function tell(parts: Partial<ShareMessage> = {}): Promise<void> {
    const now = clock.now()
    const entries = [...resting].map(
      ([name, { at, isOwn }]) => [name, { ageMs: now - at, isOwn }] as const,
    )
    const message = formatMessage({ member, resting: new Map(entries), ...parts })
    await attempt(() => bus.publish(message))
  }

  /** What cannot be done is told once, until it can be done again. */
  async function attempt(action: () => unknown): Promise<void> {
    try {
      await action()
      isTold = true
    } catch (error) {
      if (isTold) observe({ kind: 'breaker.share-failed', error })
      isTold = false
    }
  }

  function heartbeat(): void {
    void tell()
    cancelHeartbeat = clock.after(heartbeatMs, heartbeat)
  }

  /** For as long as there is the breaker: one that is dropped must not be held on to. */
  function watch(breaker: Breaker): void {
    breaker.watch(transition => changed(breaker, transition))
  }

  function changed(breaker: Breaker, { to, reason }: WatchedTransition): void {
    const { name } = breaker
    const now = clock.now()
    if (isStopped) return
    if (to === 'half-open') return void tell({ probing: name })
    if (to === 'isolated') return
    if (to === 'closed') {
      closedAt.set(breaker, now)
      resting.delete(name)
    } else {
      const forMs = (breaker.status().nextProbeAt ?? 0) - clock.epochMs()
      resting.set(name, { at: now, isOwn: OWN_EVIDENCE.has(reason), forMs })
      if (turnOf(name) > 0) breaker.probeIn(forMs + turnOf(name))
    }
    void tell()
  }

  /** The first in line tries as soon as it would alone; each further one, if those before it did not, so much later. */
  function turnOf(name: string): number {
    const live = members.all(clock.now())
    const first = checksum(name) % live.length
    const place = (live.indexOf(member) - first + live.length) % live.length
    return place * TURN_HEARTBEATS * heartbeatMs
  }

  function hear(text: string): void {
    const message = parseMessage(text)
    if (message === undefined || message.member === member) return
    const recovered = members.hear(message, clock.now())
    for (const breaker of breakers.all()) {
      const { name } = breaker
      if (recovered.includes(name)) breaker.probeIn(0)
      else if (message.probing === name) {
        breaker.probeIn((resting.get(name)?.forMs ?? 0) + turnOf(name))
      }
      if (message.resting.has(name)) openWithOthers(breaker)
    }
  }

  function openWithOthers(breaker: Breaker): void {
    const now = clock.now()
    if (resting.has(breaker.name) || now - startedAt < STALE_HEARTBEATS * heartbeatMs) return
    const votes = members.votes(breaker.name, closedAt.get(breaker) ?? -Infinity, now)
    const count = members.all(now).length
    if (votes < 2 || votes <= count * quorum) return
    breaker.open(`${votes} of ${count} processes have opened theirs`, 'quorum')
  }

  for (const breaker of breakers.all()) watch(breaker)
  const unwatch = breakers.watch(watch)
  const unsubscribe = await bus.subscribe(hear)
  heartbeat()
  return {
    members: () => members.all(clock.now()),
    async stop() {
      cancelHeartbeat()
      isStopped = true
      unwatch()
      await tell({ isLeaving: true })
      await attempt(unsubscribe)
    },
  }
}

/** The same in every process, so that different breakers have different first ones. */
function checksum(text: string): number {
  let sum = 0
  for (let index = 0; index < text.length; index++) {
    sum = (Math.imul(sum, 31) + text.charCodeAt(index)) >>> 0
  }
  return sum
}
