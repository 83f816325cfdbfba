import {
  type Clock,
  createSingleFlight,
  ignoreEvents,
  type Observer,
  option,
  systemClock,
} from '../../base/index.ts'
import { formatConsistencyToken, historyOf } from './consistency-token.ts'
import { createCouncil, type NodeChange } from './council.ts'
import type { ReplicasEvent } from './events.ts'
import { parseLsn } from './lsn.ts'
import type { NodeSource } from './node-source.ts'
import {
  DOUBT_EVERY_MS,
  REPLICAS_CHECKS,
  REPLICAS_DEFAULTS,
  type ReplicasOptions,
} from './options.ts'
import { createReplayWait } from './replay-wait.ts'
import { createRouting, type ReadNeed } from './routing.ts'
import type { NodeStatus } from './status.ts'
import { createWaitingRoom } from './waiting-room.ts'
import { createWatch } from './watch.ts'

/** Several servers with one database: where its writes go, and each of its reads. Nodes are numbered as they were given. */
export interface Replicas {
  /** Asks every node once; resolves when all have answered or missed it. Then they are asked again and again. */
  start(): Promise<void>
  /** The primary, to write to; undefined: there is none at the moment. */
  write(): number | undefined
  /**
   * The primary, waited for until `deadline` on the clock; undefined: none came, or more than `waitingMax` wait already
   * (`NoPrimaryError` is for that).
   */
  whenPrimary(deadline: number): Promise<number | undefined>
  /**
   * The node for a read. A promise only while that has to wait: at most `replayWaitMs` for a replica to replay what the
   * read must see, then it is the primary; at most `primaryWaitMs` where no node will do. Undefined: none came
   * (`NoNodeError` is for that).
   */
  read(need: ReadNeed): number | undefined | Promise<number | undefined>
  /** Something was sent to the node; it came back, after so many milliseconds. */
  began(node: number): void
  ended(node: number, durationMs: number): void
  /**
   * Something went wrong there that may mean it is not what it was: every node is asked at once, and this one gets
   * nothing until it has answered.
   */
  suspect(node: number, why: Suspicion): void
  isUp(node: number): boolean
  /** The token of a write to this node whose commit is before `lsn` (`16/B374D848`); undefined: it cannot have one. */
  token(node: number, lsn: string, xid?: bigint): string | undefined
  /** `historyOf` the tokens of writes at this moment, or of the last ones; undefined: no primary has said. */
  history(): string | undefined
  status(): readonly NodeStatus[]
  /** Those who wait get undefined. */
  stop(): Promise<void>
}

/**
 * - `read-only`: it refused a write (SQLSTATE 25006)
 * - `shutting-down`: it said so (57P01, 57P02, 57P03)
 * - `lost`: a connection to it was lost, or could not be opened
 * - `frozen`: it does not answer in time
 */
export type Suspicion = 'read-only' | 'shutting-down' | 'lost' | 'frozen'

export interface ReplicasSetup extends ReplicasOptions {
  /** The first is the one that stands for the cluster where nothing else decides. */
  readonly nodes: readonly NodeSource[]
  /** Default: the machine's. */
  readonly clock?: Clock | undefined
  /** From 0 to below 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined
  readonly observe?: Observer<ReplicasEvent> | undefined
  /** False: the breaker of the node lets nobody in. Default: all do. */
  readonly admits?: ((node: number) => boolean) | undefined
  /** What holds connections to the node should know. */
  readonly onNode?: ((node: number, change: NodeChange) => void) | undefined
}

/** Throws ST001 for an option that cannot be. Nothing is asked before `start`. */
export function createReplicas(setup: ReplicasSetup): Replicas {
  const { nodes: sources, clock = systemClock, observe = ignoreEvents, ...more } = setup
  const { random = Math.random, admits = () => true, onNode = () => undefined, ...options } = more
  const rules = option.settled('replicas', options, REPLICAS_CHECKS, REPLICAS_DEFAULTS)
  const names = sources.map(({ name }) => name)
  const room = createWaitingRoom(clock, rules.waitingMax)
  const council = createCouncil({ names, clock, rules, observe, onNode })
  const { nodes, log } = council
  const routing = createRouting({ nodes, log, clock, random, rules, admits })
  const watches = sources.map((source, index) =>
    createWatch({
      ...{ source, clock, random, rules },
      everyMs: () => (council.isUneasy() ? rules.recheckEveryMs : rules.checkEveryMs),
      onAnswer: answer => heard(() => council.answered(index, answer)),
      onMiss: miss => heard(() => council.missed(index, miss)),
    }),
  )
  const waits = sources.map((source, index) =>
    createReplayWait(source, clock, lsn => nodes[index]?.sawReplayed(lsn)),
  )
  const inquiry = createSingleFlight(inquire)
  let history: string | undefined
  let isStarted = false
  let inquiredAt = Number.NEGATIVE_INFINITY

  /** `hear` tells whether everybody should be asked: what is new of one node may be the end of another's time. */
  function heard(hear: () => boolean): void {
    const isNews = hear()
    if (!isStarted) return
    place()
    if (isNews) void askAll()
  }

  function place(): void {
    council.decide()
    const { election, placements } = council.situation
    const { systemId, timeline } = election
    if (systemId !== undefined && timeline > 0) history = historyOf({ systemId, timeline })
    routing.place(election, placements)
    room.retry()
  }

  function askAll(): Promise<unknown> {
    return Promise.all(watches.map(watch => watch.ask()))
  }

  /** At most so often, for a client can bring it about. */
  async function inquire(): Promise<void> {
    const pauseMs = inquiredAt + DOUBT_EVERY_MS - clock.now()
    if (pauseMs > 0) await new Promise<void>(done => clock.after(pauseMs, done))
    inquiredAt = clock.now()
    await askAll()
  }

  /** It has just said that it is the primary: the transaction was read-only for a reason of its own. */
  function isConfirmed(index: number): boolean {
    const { last, isDoubted = true } = nodes[index] ?? {}
    if (last === undefined || isDoubted || last.answer.isStandby) return false
    return clock.now() - last.askedAt < DOUBT_EVERY_MS
  }

  function deadlineOf({ deadline = Number.POSITIVE_INFINITY }: ReadNeed): number {
    return Math.min(deadline, clock.now() + rules.primaryWaitMs)
  }

  async function readLater(need: ReadNeed): Promise<number | undefined> {
    const deadline = deadlineOf(need)
    if (routing.isRumour(need.token)) await inquiry.run()
    return (await caughtUp(need)) ?? room.wait(() => routing.reader(need), deadline)
  }

  /** A replica that has replayed, after a little while, what the read must see. */
  async function caughtUp(need: ReadNeed): Promise<number | undefined> {
    const index = routing.hopeful(need)
    const { token } = need
    if (index === undefined || token === undefined) return undefined
    await waits[index]?.until(token.lsn, rules.replayWaitMs)
    const found = routing.reader(need) // It may be unreachable by now, and another one may have caught up.
    return found === routing.primary() ? undefined : found
  }

  function isWorthWaiting(need: ReadNeed): boolean {
    const isRefused = rules.replayWaitMs === 0 || rules.readsOnPrimary === 'share'
    return !isRefused && routing.hopeful(need) !== undefined
  }

  return {
    async start() {
      await askAll()
      isStarted = true
      place()
    },
    write: () => routing.writer(),
    whenPrimary: deadline => room.wait(() => routing.writer(), deadline),
    read(need) {
      if (need.maxStalenessMs !== undefined) council.wantsNews(need.maxStalenessMs)
      if (routing.isRumour(need.token)) return readLater(need)
      const node = routing.reader(need)
      if (node === undefined) return readLater(need)
      const isLastResort = need.token !== undefined && node === routing.primary()
      return isLastResort && isWorthWaiting(need) ? readLater(need) : node
    },
    began: node => nodes[node]?.load.began(),
    ended: (node, durationMs) => nodes[node]?.load.ended(durationMs),
    suspect(index, why) {
      if (why === 'read-only' && isConfirmed(index)) return
      council.doubt(index)
      void inquiry.run()
    },
    isUp: index => nodes[index]?.isUp === true,
    token(index, text, xid) {
      const lsn = parseLsn(text)
      const answer = nodes[index]?.answer
      if (lsn === undefined || answer === undefined || answer.timeline === 0) return undefined
      const { systemId, timeline } = answer
      return formatConsistencyToken({ systemId, timeline, lsn, xid })
    },
    history: () => history,
    status: () => council.status(),
    async stop() {
      isStarted = false
      room.close()
      await Promise.all(watches.map(watch => watch.stop()))
    },
  }
}
