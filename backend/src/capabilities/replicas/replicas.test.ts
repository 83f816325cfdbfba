import { expect, test, vi } from 'vitest'
import type { NodeChange } from './council.ts'
import { NoNodeError, NoPrimaryError } from './errors.ts'
import type { ReplicasEvent } from './events.ts'
import { createReplicas, type ReplicasSetup } from './replicas.ts'
import { createFakeClock } from './testing/fake-clock.ts'
import { createFakeCluster } from './testing/fake-cluster.ts'

/** Three nodes that are watched, the first of them the primary. */
async function stage(parts: Partial<ReplicasSetup> = {}, count = 3) {
  const clock = createFakeClock()
  const cluster = createFakeCluster(count, clock)
  const events: ReplicasEvent[] = []
  const changes: (readonly [number, NodeChange])[] = []
  const replicas = createReplicas({
    nodes: cluster.sources,
    clock,
    random: () => 0.5,
    observe: event => events.push(event),
    onNode: (node, change) => changes.push([node, change]),
    ...parts,
  })
  const started = replicas.start()
  await clock.advance(5)
  await started
  const first = events.splice(0)
  changes.splice(0)
  const node = (index: number) => cluster.nodes[index]!
  return { clock, cluster, node, replicas, events, changes, first }
}

/** How often each node is chosen. */
function tally(reads: readonly unknown[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const read of reads) counts[String(read)] = (counts[String(read)] ?? 0) + 1
  return counts
}

const seededRandom = () => {
  let state = 1
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

test('the first round finds the primary; writes go there, reads to its replicas', async () => {
  const { replicas, first } = await stage({ random: seededRandom() })
  expect(first).toEqual([
    { kind: 'replicas.changed', from: undefined, to: 'n0', timeline: 1, takesWrites: true },
  ])
  expect(replicas.write()).toBe(0)
  const reads = tally(Array.from({ length: 1_000 }, () => replicas.read({})))
  expect(Object.keys(reads)).toEqual(['1', '2'])
  expect(Math.min(...Object.values(reads))).toBeGreaterThan(300)
  expect(replicas.read({ primaryOnly: true })).toBe(0)
  await replicas.stop()
})

test('reads avoid the replica with more in flight, and the one that takes longer', async () => {
  const { replicas, clock } = await stage()
  replicas.began(1)
  expect(replicas.read({})).toBe(2)
  replicas.began(2)
  replicas.ended(1, 1)
  replicas.ended(2, 50)
  expect(replicas.status()[2]).toMatchObject({ inflight: 0, meanMs: 50 })
  expect(replicas.read({})).toBe(1)
  // It is tried again after a while.
  await clock.advance(60_000)
  const reads = Array.from({ length: 10 }, () => {
    const node = replicas.read({}) as number
    replicas.began(node)
    return node
  })
  expect(reads).toContain(2)
})

test('the primary shares the reads where that is wanted', async () => {
  const { replicas } = await stage({ readsOnPrimary: 'share', random: seededRandom() })
  expect(Object.keys(tally(Array.from({ length: 100 }, () => replicas.read({}))))).toEqual([
    '0',
    '1',
    '2',
  ])
})

test('a replica whose breaker is open is left out, and where it has failed it goes last', async () => {
  const open = new Set([1])
  const { replicas } = await stage({ admits: node => !open.has(node) })
  expect(replicas.read({})).toBe(2)
  expect(replicas.read({ except: [2] })).toBe(0)
  expect(replicas.read({ except: [0, 2] })).toBe(2)
  open.add(2)
  expect(replicas.read({})).toBe(0)
})

test('a failover: the new primary is found, and everybody who has to know is told', async () => {
  const { replicas, clock, cluster, node, events, changes } = await stage()
  node(0).state = 'dead'
  replicas.suspect(0, 'lost')
  expect(replicas.write()).toBeUndefined()
  const found = replicas.whenPrimary(clock.now() + 5_000)
  await clock.advance(500)
  expect(replicas.isUp(0)).toBe(false)
  expect(replicas.read({})).toBeTypeOf('number') // Reads go on.
  cluster.promote(2)
  await clock.advance(300)
  expect(await found).toBe(2)
  expect(replicas.write()).toBe(2)
  expect(events).toEqual([
    { kind: 'replicas.unreachable', node: 'n0', isFrozen: false, error: expect.any(Error) },
    { kind: 'replicas.changed', from: 'n0', to: undefined, timeline: 1, takesWrites: false },
    { kind: 'replicas.changed', from: undefined, to: 'n2', timeline: 2, takesWrites: true },
    { kind: 'replicas.ejected', node: 'n1', why: 'old-timeline' },
  ])
  expect(changes).toEqual([
    [0, 'unreachable'],
    [2, 'promoted'],
  ])
  events.splice(0)
  // The old one comes back without knowing.
  node(0).state = 'alive'
  await clock.advance(600)
  expect(replicas.write()).toBe(2)
  expect(events).toContainEqual({
    kind: 'replicas.split-brain',
    trusted: 'n2',
    fenced: [{ node: 'n0', timeline: 1 }],
  })
  await clock.advance(5_000)
  expect(events.filter(({ kind }) => kind === 'replicas.split-brain')).toHaveLength(1)
  cluster.reclone(0, 2)
  cluster.reclone(1, 2)
  await clock.advance(600)
  expect(replicas.status().map(({ role, ejection }) => ejection ?? role)).toEqual([
    'standby',
    'standby',
    'primary',
  ])
  expect(events.slice(-2)).toEqual([
    { kind: 'replicas.returned', node: 'n0' },
    { kind: 'replicas.returned', node: 'n1' },
  ])
})

test('a demoted primary becomes a replica', async () => {
  const { replicas, clock, cluster, changes } = await stage()
  await clock.advance(100)
  cluster.promote(1)
  cluster.reclone(0, 1)
  replicas.suspect(0, 'read-only')
  await clock.advance(60)
  expect(replicas.write()).toBe(1)
  expect(replicas.read({})).toBe(0)
  expect(changes).toEqual([
    [0, 'demoted'],
    [1, 'promoted'],
  ])
})

test('a primary that is made read-only gets no writes, and reads as before', async () => {
  const { replicas, clock, node, events } = await stage()
  node(0).isReadOnly = true
  await clock.advance(600)
  expect(replicas.write()).toBeUndefined()
  expect(replicas.read({ primaryOnly: true })).toBe(0)
  node(0).isReadOnly = false
  await clock.advance(600)
  expect(replicas.write()).toBe(0)
  expect(events.map(event => event.kind === 'replicas.changed' && event.takesWrites)).toEqual([
    false,
    true,
  ])
})

test('a refused write of a primary that has just said what it is, is its own business', async () => {
  const { replicas, clock } = await stage()
  replicas.suspect(0, 'read-only')
  expect(replicas.write()).toBe(0)
  await clock.advance(100)
  replicas.suspect(0, 'read-only')
  expect(replicas.write()).toBeUndefined()
  await clock.advance(3)
  expect(replicas.write()).toBe(0)
})

test('waiting for a primary ends at the deadline, and not too many may', async () => {
  const { replicas, clock, node } = await stage({ waitingMax: 2 })
  node(0).state = 'dead'
  await clock.advance(1_500)
  const waiting = [1, 2, 3].map(() => replicas.whenPrimary(clock.now() + 700))
  expect(await waiting[2]).toBeUndefined()
  await clock.advance(701)
  expect(await Promise.all(waiting)).toEqual([undefined, undefined, undefined])
  expect(await replicas.whenPrimary(clock.now())).toBeUndefined()
})

test('a node that stands but does not answer is frozen, gets a new connection, and may come back', async () => {
  const renew = vi.fn()
  const clock = createFakeClock()
  const cluster = createFakeCluster(2, clock)
  const events: ReplicasEvent[] = []
  const replicas = createReplicas({
    nodes: cluster.sources.map(source => ({ ...source, renew })),
    ...{ clock, observe: event => events.push(event) },
  })
  const started = replicas.start()
  await clock.advance(5)
  await started
  cluster.nodes[1]!.state = 'frozen'
  await clock.advance(2_800)
  expect(renew).toHaveBeenCalledTimes(2)
  expect(replicas.status()[1]).toMatchObject({ isUp: false, isFrozen: true, role: 'none' })
  expect(replicas.read({})).toBe(0)
  cluster.nodes[1]!.state = 'alive'
  await clock.advance(1_300)
  expect(replicas.read({})).toBe(1)
  expect(events.map(({ kind }) => kind)).toEqual([
    'replicas.changed',
    'replicas.unreachable',
    'replicas.reachable',
  ])
})

test('a node that has no connection left for us is not taken for a dead one', async () => {
  const clock = createFakeClock()
  const { sources } = createFakeCluster(1, clock)
  let isFull = false
  const full = new Error('wrapped', { cause: Object.assign(new Error('full'), { code: '53300' }) })
  const ask = async () => (isFull ? Promise.reject(full) : sources[0]!.ask())
  const replicas = createReplicas({ nodes: [{ ...sources[0]!, ask }], clock })
  const started = replicas.start()
  await clock.advance(5)
  await started
  isFull = true
  replicas.suspect(0, 'lost')
  await clock.advance(5_000)
  expect(replicas.write()).toBe(0)
  expect(replicas.isUp(0)).toBe(true)
})

test('a replica whose replay is paused is out within a second, and back soon after', async () => {
  const { replicas, clock, node, events } = await stage()
  node(1).isReplayPaused = true
  node(2).isReplayPaused = true
  await clock.advance(600)
  expect(replicas.read({})).toBe(0)
  node(1).isReplayPaused = false
  await clock.advance(600)
  expect(replicas.read({})).toBe(1)
  expect(events).toEqual([
    { kind: 'replicas.ejected', node: 'n1', why: 'replay-paused' },
    { kind: 'replicas.ejected', node: 'n2', why: 'replay-paused' },
    { kind: 'replicas.returned', node: 'n1' },
  ])
})

test('a replica that falls behind is out, and better than nothing without a primary', async () => {
  const { replicas, clock, cluster, node } = await stage({ lagMsMax: 2_000 }, 2)
  for (let second = 0; second < 5; second++) {
    cluster.write(0)
    await clock.advance(1_000)
  }
  expect(replicas.status()[1]).toMatchObject({ ejection: 'lagging', lagBytes: 50 })
  expect(replicas.status()[1]!.lagMs).toBeGreaterThan(2_000)
  expect(replicas.read({})).toBe(0)
  node(0).state = 'dead'
  await clock.advance(1_500)
  expect(replicas.read({})).toBe(1)
  const exact = replicas.read({ maxStalenessMs: 1_000 })
  await clock.advance(6_000)
  expect(await exact).toBeUndefined()
  node(0).state = 'alive'
  cluster.replay(1, 0, 1_000n)
  await clock.advance(1_500)
  expect(replicas.read({})).toBe(1)
  expect(replicas.status()[1]).toMatchObject({ ejection: undefined, lagMs: 0, lagBytes: 0 })
})

test('what is missing in bytes counts too', async () => {
  const { replicas, clock, cluster } = await stage({ lagBytesMax: 100 }, 2)
  for (let write = 0; write < 11; write++) cluster.write(0)
  await clock.advance(1_100)
  expect(replicas.status()[1]).toMatchObject({ ejection: 'lagging', lagBytes: 110 })
})

test('a read goes at once to a replica that is known to show its write', async () => {
  const { replicas, clock, cluster } = await stage()
  const token = cluster.write(0)
  cluster.replay(1, 0, 10n)
  await clock.advance(600)
  expect(replicas.read({ token })).toBe(1)
})

test('otherwise it waits a little for one to replay it', async () => {
  const { replicas, clock, cluster } = await stage()
  const token = cluster.write(0)
  const read = replicas.read({ token })
  expect(read).toBeInstanceOf(Promise)
  clock.after(7, () => {
    cluster.replay(1, 0, 10n)
    cluster.replay(2, 0, 10n)
  })
  await clock.advance(15)
  expect(await read).not.toBe(0)
})

test('and then goes to the primary', async () => {
  const { replicas, clock, cluster } = await stage()
  const before = clock.now()
  const settled = vi.fn()
  void Promise.resolve(replicas.read({ token: cluster.write(0) })).then(node =>
    settled(node, clock.now() - before),
  )
  await clock.advance(100)
  expect(settled).toHaveBeenCalledExactlyOnceWith(0, 20)
})

test('however many wait for a replica, it is asked one question at a time', async () => {
  const clock = createFakeClock()
  const cluster = createFakeCluster(2, clock)
  let asked = 0
  const nodes = cluster.sources.map(source => ({
    ...source,
    replayed: () => {
      asked++
      return source.replayed()
    },
  }))
  const replicas = createReplicas({ nodes, clock })
  const started = replicas.start()
  await clock.advance(5)
  await started
  const token = cluster.write(0)
  const reads = Array.from({ length: 100 }, () => Promise.resolve(replicas.read({ token })))
  await clock.advance(50)
  expect(await Promise.all(reads)).toEqual(reads.map(() => 0))
  expect(asked).toBeLessThan(10) // Each takes 2 ms, and 1 ms passes between them.
})

test('a node that fails while it is waited for does not keep anybody waiting', async () => {
  const { replicas, clock, cluster, node } = await stage({}, 2)
  const read = replicas.read({ token: cluster.write(0) })
  node(1).state = 'dead'
  await clock.advance(5)
  expect(await read).toBe(0)
})

test('a token that nothing can be known of goes to the primary', async () => {
  const { replicas, clock, cluster } = await stage()
  const token = cluster.write(0)
  expect(replicas.read({ token: { ...token, systemId: '8' } })).toBe(0)
  cluster.promote(1)
  cluster.reclone(0, 1)
  await clock.advance(600)
  expect(replicas.read({ token })).toBe(1)
})

test('a token of a later timeline makes everybody be asked, however many come', async () => {
  const { replicas, clock, cluster } = await stage()
  await clock.advance(490) // The next question of the watch is far away.
  cluster.promote(1)
  const read = replicas.read({ token: cluster.write(1) })
  await clock.advance(60)
  expect(await read).toBe(1)
  expect(replicas.write()).toBe(1)
})

test('made-up tokens do not make the nodes work', async () => {
  const clock = createFakeClock()
  const cluster = createFakeCluster(2, clock)
  let asked = 0
  const nodes = cluster.sources.map(source => ({ ...source, ask: () => (asked++, source.ask()) }))
  const replicas = createReplicas({ nodes, clock })
  const started = replicas.start()
  await clock.advance(5)
  await started
  const reads: Promise<unknown>[] = []
  for (let ms = 0; ms < 1_000; ms += 1) {
    reads.push(Promise.resolve(replicas.read({ token: { systemId: '7', timeline: 99, lsn: 1n } })))
    await clock.advance(1)
  }
  await clock.advance(200)
  expect(new Set(await Promise.all(reads))).toEqual(new Set([0]))
  expect(asked).toBeLessThan(2 * 30)
  const future = replicas.read({ token: { systemId: '7', timeline: 1, lsn: 2n ** 63n } })
  await clock.advance(25)
  expect(await future).toBe(0)
})

test('while a node is away that may be the primary of a token, nobody else answers for it', async () => {
  const { replicas, clock, cluster, node } = await stage()
  cluster.promote(1)
  node(1).state = 'cut'
  const read = replicas.read({ token: cluster.write(1) })
  await clock.advance(10_000)
  expect(await read).toBeUndefined()
  const again = replicas.read({ token: cluster.write(1) })
  node(1).state = 'alive'
  await clock.advance(3_000)
  expect(await again).toBe(1)
})

test('without a primary a token waits for a replica that shows its write', async () => {
  const { replicas, clock, cluster, node } = await stage()
  const token = cluster.write(0)
  node(0).state = 'dead'
  await clock.advance(1_500)
  const read = replicas.read({ token })
  const hopeless = replicas.read({ token: { ...token, lsn: token.lsn + 1n } })
  await clock.advance(1_000)
  cluster.replay(2, 0, 0n)
  node(2).lsn = token.lsn
  await clock.advance(300)
  expect(await read).toBe(2)
  await clock.advance(5_000)
  expect(await hopeless).toBeUndefined()
})

test('a restarted replica is not trusted with what it had replayed before', async () => {
  const { replicas, clock, cluster, node } = await stage({}, 2)
  const token = cluster.write(0)
  cluster.replay(1, 0, 10n)
  await clock.advance(600)
  expect(replicas.read({ token })).toBe(1)
  node(1).lsn = 1_000n
  replicas.suspect(1, 'lost')
  expect(replicas.read({ token })).toBe(0)
  await clock.advance(60)
  const read = replicas.read({ token })
  await clock.advance(30)
  expect(await read).toBe(0)
})

test('max-staleness is met by proof: of the log, or of the newest commit', async () => {
  const { replicas, clock, cluster, node } = await stage({}, 2)
  await clock.advance(3_000)
  expect(replicas.read({ maxStalenessMs: 700 })).toBe(1) // Nothing new in the log.
  expect(replicas.read({ maxStalenessMs: 0 })).toBe(0)
  cluster.write(0)
  await clock.advance(1_000)
  expect(replicas.read({ maxStalenessMs: 700 })).toBe(0)
  expect(replicas.read({ maxStalenessMs: 2_000 })).toBe(1)
  // Behind in the log, and yet it has replayed a commit of just now.
  node(1).committedAt = clock.now()
  await clock.advance(400)
  expect(replicas.read({ maxStalenessMs: 700 })).toBe(1)
  // Of another timeline, as far as anybody knows: its log proves nothing.
  node(1).isTimelineSure = false
  cluster.promote(1)
  cluster.reclone(0, 1)
  node(0).isTimelineSure = false
  await clock.advance(600)
  expect(replicas.read({})).toBe(0)
  expect(replicas.read({ maxStalenessMs: 60_000 })).toBe(1)
})

test('when nothing answers, reads wait for a while', async () => {
  const { replicas, clock, cluster } = await stage()
  for (const node of cluster.nodes) node.state = 'dead'
  await clock.advance(1_500)
  const reads = [replicas.read({}), replicas.read({ deadline: clock.now() + 100 })]
  await clock.advance(100)
  expect(await reads[1]).toBeUndefined()
  cluster.nodes[2]!.state = 'alive'
  await clock.advance(250)
  expect(await reads[0]).toBe(2)
})

test('a write gets a token that its replicas understand', async () => {
  const { replicas } = await stage()
  expect(replicas.token(0, '16/B374D848')).toBe('7:1:16b374d848')
  expect(replicas.token(0, 'nonsense')).toBeUndefined()
  expect(replicas.token(9, '0/0')).toBeUndefined()
})

test('who waits when it stops is sent away, and no more is asked', async () => {
  const { replicas, clock, node } = await stage()
  node(0).state = 'dead'
  await clock.advance(1_500)
  const waiting = replicas.whenPrimary(clock.now() + 60_000)
  const stopped = replicas.stop()
  await clock.advance(10)
  await stopped
  expect(await waiting).toBeUndefined()
  expect(() => replicas.suspect(1, 'lost')).not.toThrow()
})

test('options out of bounds stop the start', () => {
  const clock = createFakeClock()
  expect(() => createReplicas({ nodes: [], clock, checkEveryMs: 0 })).toThrow(
    'replicas.checkEveryMs must be a time from 10',
  )
})

test('its errors say when to try again', () => {
  const [write, read] = [new NoPrimaryError(5_000.4), new NoNodeError(20)]
  expect(write).toMatchObject({ code: 'ST502', status: 503, headers: { 'retry-after': '1' } })
  expect(write.details).toBe('Waited 5000 ms for a primary')
  expect(read).toMatchObject({ code: 'ST503', status: 503, headers: { 'retry-after': '1' } })
})
