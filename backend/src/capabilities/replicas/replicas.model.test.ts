import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../../tests/support/seed.ts'
import type { ConsistencyToken } from './consistency-token.ts'
import { createReplicas, type Replicas } from './replicas.ts'
import { createFakeClock } from './testing/fake-clock.ts'
import { createFakeCluster, type FakeCluster, type FakeNode } from './testing/fake-cluster.ts'

console.log(`seed ${seed}`)

const NODES = 3

interface Write {
  readonly at: number
  readonly token: ConsistencyToken
}

/** A cluster to which anything happens, a client of it, and other clients of whom the router knows nothing. */
class Drama {
  readonly clock = createFakeClock()
  readonly cluster: FakeCluster
  readonly replicas: Replicas
  readonly writes: Write[] = []
  readonly waiting: Promise<void>[] = []
  readonly seen: (boolean | undefined)[] = []

  constructor(random: () => number, areTimelinesSure: boolean) {
    this.cluster = createFakeCluster(NODES, this.clock)
    for (const node of this.cluster.nodes) node.isTimelineSure = areTimelinesSure
    const nodes = this.cluster.sources.map((source, index) => ({
      ...source,
      ask: async () => {
        const answer = await source.ask()
        this.seen[index] = answer.isStandby
        return answer
      },
    }))
    const { clock } = this
    this.replicas = createReplicas({ nodes, clock, random, checkEveryMs: 500, replayWaitMs: 20 })
  }

  node(index: number): FakeNode {
    return this.cluster.nodes[index]!
  }

  /** The server that was promoted last: its history is the one that counts. */
  get newest(): number {
    const timelines = this.cluster.nodes.map(({ history, isStandby }) =>
      isStandby ? 0 : (history.at(-1)?.timeline ?? 0),
    )
    return timelines.indexOf(Math.max(...timelines))
  }

  isLost({ token }: Write): boolean {
    return !this.cluster.shows(this.newest, token)
  }

  /** A promotion later nobody can tell, without its history, what a primary has of the time before. */
  isPrimaryAfter(index: number, { token }: Write): boolean {
    const { isStandby, history } = this.node(index)
    return !isStandby && (history.at(-1)?.timeline ?? 0) > token.timeline
  }

  /** Every connection of ours to it ends, which is noticed. */
  drop(index: number): void {
    if (this.node(index).state !== 'cut') this.replicas.suspect(index, 'lost')
  }

  checkRead(index: number | undefined, write: Write | undefined, maxStalenessMs?: number): void {
    if (index === undefined) return
    if (write !== undefined && !this.isLost(write) && !this.isPrimaryAfter(index, write)) {
      expect(this.cluster.shows(index, write.token), 'a read of its own write').toBe(true)
    }
    const isPrimaryKnown = this.replicas.write() === this.newest
    if (maxStalenessMs === undefined || !this.node(index).isStandby || !isPrimaryKnown) return
    for (const other of this.writes) {
      if (other.at >= this.clock.now() - maxStalenessMs || this.isLost(other)) continue
      expect(this.cluster.shows(index, other.token), 'a read that is not too stale').toBe(true)
    }
  }
}

type Action = (drama: Drama) => void | Promise<void>

/** So that a counterexample can be read. */
function named(name: string, facts: unknown, action: Action): Action {
  const text = `${name}(${fc.stringify(facts)})`
  return Object.assign((drama: Drama) => action(drama), { [fc.toStringMethod]: () => text })
}

const index = fc.nat({ max: NODES - 1 })

const passing = fc
  .integer({ min: 0, max: 700 })
  .map(ms => named('pass', ms, drama => drama.clock.advance(ms)))

const writing = fc.constant(
  named('write', 'here', ({ replicas, cluster, writes, clock, seen }) => {
    const target = replicas.write()
    if (target === undefined) return
    expect(seen[target], 'what it said last, when it is written to').toBe(false)
    const { state, isStandby, isReadOnly } = cluster.nodes[target]!
    if (state !== 'alive') replicas.suspect(target, 'lost')
    else if (isStandby || isReadOnly) replicas.suspect(target, 'read-only')
    else writes.push({ at: clock.now(), token: cluster.write(target) })
  }),
)

const writingElsewhere = fc.constant(
  named('write', 'elsewhere', ({ cluster, writes, clock, newest }) => {
    if (newest >= 0 && cluster.nodes[newest]!.state !== 'dead') {
      writes.push({ at: clock.now(), token: cluster.write(newest) })
    }
  }),
)

const reading = fc
  .record({
    which: fc.option(fc.nat({ max: 2 }), { nil: undefined }),
    maxStalenessMs: fc.option(fc.integer({ min: 0, max: 2_000 }), { nil: undefined }),
  })
  .map(facts =>
    named('read', facts, drama => {
      const { which, maxStalenessMs } = facts
      const write = which === undefined ? undefined : drama.writes.at(-1 - which)
      const found = drama.replicas.read({ token: write?.token, maxStalenessMs })
      if (!(found instanceof Promise)) drama.checkRead(found, write, maxStalenessMs)
      else {
        drama.waiting.push(found.then(late => drama.checkRead(late, write, maxStalenessMs)))
      }
    }),
  )

const forging = fc
  .record({ timeline: fc.integer({ min: 1, max: 9 }), lsn: fc.bigInt(0n, 10_000n) })
  .map(part =>
    named('forge', part, drama => {
      const found = Promise.resolve(drama.replicas.read({ token: { systemId: '7', ...part } }))
      drama.waiting.push(found.then(() => undefined))
    }),
  )

const replaying = fc.record({ standby: index, from: index, bytes: fc.bigInt(1n, 60n) }).map(facts =>
  named('replay', facts, ({ cluster }) => {
    const { standby, from, bytes } = facts
    if (cluster.nodes[from]!.state === 'alive') cluster.replay(standby, from, bytes)
  }),
)

const promoting = index.map(which =>
  named('promote', which, drama => {
    const { state, isStandby } = drama.node(which)
    if (state === 'alive' && isStandby) drama.cluster.promote(which)
  }),
)

const recloning = index.map(which =>
  named('reclone', which, drama => {
    const { newest, cluster } = drama
    if (newest < 0 || which === newest || drama.node(newest).state !== 'alive') return
    drama.drop(which)
    cluster.reclone(which, newest)
  }),
)

const dying = fc
  .record({ which: index, state: fc.constantFrom('dead', 'frozen', 'cut') })
  .map(facts =>
    named('die', facts, drama => {
      const node = drama.node(facts.which)
      if (node.state !== 'alive') return
      if (facts.state === 'dead') drama.drop(facts.which)
      node.state = facts.state
    }),
  )

/** A standby that was killed begins again some way before where it was, and knows no commit before the next that it replays. */
const reviving = fc.record({ which: index, lostBytes: fc.bigInt(0n, 40n) }).map(facts =>
  named('revive', facts, drama => {
    const node = drama.node(facts.which)
    if (node.state === 'dead') {
      node.startedAt = drama.clock.now()
      const least = node.history.at(-2)?.end ?? 0n
      const lsn = node.lsn - facts.lostBytes
      if (node.isStandby) {
        node.lsn = lsn < least ? least : lsn
        node.committedAt = undefined
      }
    }
    node.state = 'alive'
  }),
)

const pausing = fc.record({ which: index, isPaused: fc.boolean() }).map(facts =>
  named('pause', facts, drama => {
    const node = drama.node(facts.which)
    if (node.isStandby) node.isReplayPaused = facts.isPaused
  }),
)

const fencing = fc.record({ which: index, isReadOnly: fc.boolean() }).map(facts =>
  named('fence', facts, drama => {
    drama.node(facts.which).isReadOnly = facts.isReadOnly
  }),
)

const actions = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: passing },
    { weight: 6, arbitrary: writing },
    { weight: 3, arbitrary: writingElsewhere },
    { weight: 8, arbitrary: reading },
    { weight: 1, arbitrary: forging },
    { weight: 8, arbitrary: replaying },
    { weight: 1, arbitrary: promoting },
    { weight: 2, arbitrary: recloning },
    { weight: 1, arbitrary: dying },
    { weight: 3, arbitrary: reviving },
    { weight: 1, arbitrary: pausing },
    { weight: 1, arbitrary: fencing },
  ),
  { minLength: 10, maxLength: 60, size: 'max' },
)

/** Everything is mended: what must hold again after a while. */
async function curtain(drama: Drama): Promise<void> {
  const { cluster, clock, replicas } = drama
  const newest = drama.newest < 0 ? 0 : drama.newest
  for (const node of cluster.nodes) {
    drama.drop(cluster.nodes.indexOf(node))
    Object.assign(node, { state: 'alive', isReadOnly: false, isReplayPaused: false })
  }
  if (drama.newest < 0) cluster.promote(newest)
  for (let other = 0; other < NODES; other++) if (other !== newest) cluster.reclone(other, newest)
  await clock.advance(6_000)
  expect(replicas.write()).toBe(newest)
  const write = { at: clock.now(), token: cluster.write(newest) }
  expect(replicas.read({ token: undefined })).not.toBe(newest)
  const late = Promise.resolve(replicas.read({ token: write.token }))
  await clock.advance(3_000)
  expect(await late).toBe(newest)
  await clock.advance(3_000)
  await Promise.all(drama.waiting)
}

test('whatever happens: no write to a standby, no read older than its token, and in the end all is well', async () => {
  let reads = 0
  const randoms = fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }))
  await fc.assert(
    fc.asyncProperty(actions, randoms, fc.boolean(), async (script, stream, areSure) => {
      const drama = new Drama(() => stream.next().value as number, areSure)
      const started = drama.replicas.start()
      await drama.clock.advance(10)
      await started
      for (const action of script) await action(drama)
      await curtain(drama)
      reads += drama.waiting.length
      const stopped = drama.replicas.stop()
      await drama.clock.advance(2_000)
      await stopped
    }),
    { seed, numRuns: 2_000, endOnFailure: false },
  )
  expect(reads, 'reads that waited').toBeGreaterThan(0)
}, 300_000)
