import type { Clock } from '../../../base/index.ts'
import type { ConsistencyToken } from '../consistency-token.ts'
import type { NodeSource } from '../node-source.ts'
import type { NodeAnswer } from '../question.ts'

/** One server as it really is, whatever anybody knows of it. */
export interface FakeNode {
  readonly name: string
  /** `cut`: it lives on, but not for us. */
  state: 'alive' | 'dead' | 'frozen' | 'cut'
  isStandby: boolean
  isReadOnly: boolean
  isReplayPaused: boolean
  /** The end of its log, or how far it is replayed. */
  lsn: bigint
  /** Timelines with their ends: what it has replayed of each. The last one goes on. */
  history: readonly { readonly timeline: number; readonly end: bigint | undefined }[]
  systemId: string
  startedAt: number
  isTimelineSure: boolean
  committedAt: number | undefined
}

export interface FakeCluster {
  readonly nodes: readonly FakeNode[]
  readonly sources: readonly NodeSource[]
  /** Commits there and gives what a client gets for it. */
  write(node: number): ConsistencyToken
  /** A standby takes what its primary has, up to so many bytes. */
  replay(standby: number, from: number, bytes: bigint): void
  promote(standby: number): void
  /** It takes over everything from the other one. */
  reclone(node: number, from: number): void
  /** It shows the write. */
  shows(node: number, token: ConsistencyToken): boolean
}

const LATENCY_MS = 2

/** Servers of one cluster; the first is the primary. Each question takes 2 ms, and is answered in the middle of them. */
export function createFakeCluster(count: number, clock: Clock): FakeCluster {
  const nodes = Array.from({ length: count }, (_, index) => newNode(`n${index}`, index > 0))
  let newest = 1

  const at = (index: number): FakeNode => nodes[index] as FakeNode
  const timelineOf = (node: FakeNode): number => node.history.at(-1)?.timeline ?? 0

  const restartPointOf = ({ history }: FakeNode): number =>
    (history.at(-2) ?? history.at(-1))?.timeline ?? 0

  function isSurpassed(node: FakeNode, by: FakeNode): boolean {
    const end = by.history.find(({ timeline }) => timeline === timelineOf(node))?.end
    return end === undefined ? timelineOf(node) !== timelineOf(by) : node.lsn > end
  }

  function answerOf(node: FakeNode): NodeAnswer {
    const { systemId, isTimelineSure, isStandby, isReadOnly, lsn, isReplayPaused } = node
    return {
      ...{ systemId, isTimelineSure, isStandby, isReadOnly, lsn, isReplayPaused },
      timeline: isStandby && !isTimelineSure ? restartPointOf(node) : timelineOf(node),
      receivedLsn: undefined,
      committedAt: isStandby ? node.committedAt : undefined,
      clockAt: clock.now(),
      startedAt: `${node.name} at ${node.startedAt}`,
      connectionsMax: 100,
      versionNumber: 180_000,
    }
  }

  const pause = (ms: number) => new Promise<void>(done => clock.after(ms, done))

  async function questioned<T>(node: FakeNode, look: () => T): Promise<T> {
    await pause(LATENCY_MS / 2)
    if (node.state === 'frozen' || node.state === 'cut') return new Promise(() => undefined)
    if (node.state === 'dead') throw new Error('connection refused')
    const seen = look()
    await pause(LATENCY_MS / 2)
    return seen
  }

  return {
    nodes,
    sources: nodes.map(node => ({
      name: node.name,
      ask: () => questioned(node, () => answerOf(node)),
      replayed: () => questioned(node, () => node.lsn),
      close: async () => undefined,
    })),
    write(index) {
      const node = at(index)
      node.lsn += 10n
      node.committedAt = clock.now()
      return { systemId: node.systemId, timeline: timelineOf(node), lsn: node.lsn }
    },
    replay(index, from, bytes) {
      const [standby, primary] = [at(index), at(from)]
      const isAble = standby.state === 'alive' && standby.isStandby && !standby.isReplayPaused
      if (!isAble || isSurpassed(standby, primary) || standby.lsn >= primary.lsn) return
      const left = primary.lsn - standby.lsn
      standby.lsn += left < bytes ? left : bytes
      if (standby.lsn === primary.lsn) standby.committedAt = primary.committedAt
      standby.history = upTo(primary.history, standby.lsn)
    },
    promote(index) {
      const node = at(index)
      const ended = node.history.map(line => ({ ...line, end: line.end ?? node.lsn }))
      newest++
      node.history = [...ended, { timeline: newest, end: undefined }]
      node.isStandby = false
      node.isReplayPaused = false
      node.lsn += 1n
    },
    reclone(index, from) {
      const { history, lsn, systemId, committedAt } = at(from)
      const startedAt = clock.now()
      const state = 'alive'
      Object.assign(at(index), { history, lsn, systemId, committedAt, startedAt, state })
      Object.assign(at(index), { isStandby: true, isReadOnly: false, isReplayPaused: false })
    },
    shows(index, token) {
      const { history, lsn, systemId } = at(index)
      const line = history.find(({ timeline }) => timeline === token.timeline)
      if (line === undefined || systemId !== token.systemId) return false
      return token.lsn <= (line.end ?? lsn) && token.lsn <= lsn
    },
  }
}

/** The part of a history that has been replayed by then. */
function upTo(history: FakeNode['history'], lsn: bigint): FakeNode['history'] {
  const open = history.findIndex(({ end }) => end === undefined || end >= lsn)
  return history
    .slice(0, open + 1)
    .map((line, index) => (index === open ? { ...line, end: undefined } : line))
}

function newNode(name: string, isStandby: boolean): FakeNode {
  return {
    ...{ name, isStandby, isReadOnly: false, isReplayPaused: false, state: 'alive' },
    ...{ lsn: 1_000n, history: [{ timeline: 1, end: undefined }], systemId: '7', startedAt: 0 },
    ...{ isTimelineSure: true, committedAt: 0 },
  }
}
