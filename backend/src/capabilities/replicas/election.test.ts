import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../../tests/support/seed.ts'
import { type Election, elect, NO_ELECTION, type NodeView } from './election.ts'
import { REPLICAS_DEFAULTS } from './options.ts'
import { isLate, type Lag, placementsOf } from './placement.ts'
import type { NodeAnswer } from './question.ts'

console.log(`seed ${seed}`)

const base: NodeAnswer = {
  systemId: '7',
  timeline: 1,
  isTimelineSure: true,
  isStandby: false,
  isReadOnly: false,
  lsn: 100n,
  receivedLsn: undefined,
  committedAt: undefined,
  clockAt: 0,
  isReplayPaused: false,
  startedAt: 'once',
  connectionsMax: 100,
  versionNumber: 180_000,
}

let starts = 0
const up = (answer: Partial<NodeAnswer> = {}): NodeView => ({
  isUp: true,
  answer: { ...base, startedAt: `start ${starts++}`, ...answer },
})
const writer = (timeline = 1, answer: Partial<NodeAnswer> = {}) => up({ timeline, ...answer })
const standby = (timeline = 1, answer: Partial<NodeAnswer> = {}) =>
  up({ timeline, isStandby: true, ...answer })
const down = (node: NodeView): NodeView => ({ ...node, isUp: false })
const NEVER: NodeView = { isUp: false, answer: undefined }

/** The last of several elections, each with the memory of those before. */
function history(...rounds: readonly (readonly NodeView[])[]): Election {
  return rounds.reduce((before, nodes) => elect(nodes, before), NO_ELECTION)
}

test('the node that is not in recovery is the primary, whichever it is', () => {
  expect(history([standby(), writer(), standby()])).toMatchObject({ primary: 1, takesWrites: true })
  expect(history([standby(), standby()])).toMatchObject({ primary: undefined, takesWrites: false })
  expect(history([NEVER, NEVER])).toMatchObject({ primary: undefined, systemId: undefined })
})

test('of two that take writes the one that was promoted last is used, and the other one is a rival', () => {
  const elected = history([writer(1), standby(1)], [writer(1), writer(2)])
  expect(elected).toMatchObject({ primary: 1, timeline: 2, fenced: [0], split: [], rivals: [0] })
})

test('a former primary that is read-only is kept away, but is nobody to raise an alarm for', () => {
  const elected = history([writer(1, { isReadOnly: true }), writer(2)])
  expect(elected).toMatchObject({ primary: 1, fenced: [0], rivals: [] })
})

test('a former primary is not used either while its successor cannot be reached', () => {
  const [old, successor] = [writer(1), writer(2)]
  const elected = history([old, successor], [old, down(successor)])
  expect(elected).toMatchObject({ primary: undefined, timeline: 2, fenced: [0], rivals: [0] })
})

test('a standby of a newer timeline is enough to know that a primary has been replaced', () => {
  expect(history([writer(1), standby(2), NEVER])).toMatchObject({ primary: undefined, fenced: [0] })
})

test('when every node answers and none is of the newest timeline, it is gone for good', () => {
  const [old, successor] = [writer(1), writer(2)]
  expect(history([old, successor], [old, standby(1)])).toMatchObject({ primary: 0, timeline: 1 })
})

test('of two on one timeline the one before stays, and at the start none is trusted', () => {
  const [one, other] = [writer(2), writer(2)]
  expect(history([one, other])).toMatchObject({ primary: undefined, split: [0, 1], rivals: [0, 1] })
  expect(history([one, standby(2)], [one, other])).toMatchObject({ primary: 0, rivals: [1] })
  // Nor is the other one taken for it while the one before is away.
  expect(history([one, NEVER], [down(one), other])).toMatchObject({
    primary: undefined,
    split: [1],
  })
  expect(history([one, NEVER], [down(one), other], [one, other])).toMatchObject({ primary: 0 })
})

test('one server under two names is no split', () => {
  const [name, alias] = [writer(1, { startedAt: 'same' }), writer(1, { startedAt: 'same' })]
  const elected = history([name, alias, standby()])
  expect(elected).toMatchObject({ primary: 0, aliases: [1], split: [], rivals: [] })
  expect(history([name, alias], [down(name), alias])).toMatchObject({ primary: 1, split: [] })
})

test('a node of another cluster is never used', () => {
  const foreign = writer(9, { systemId: '8' })
  expect(history([writer(1), standby(), foreign])).toMatchObject({ primary: 0, timeline: 1 })
  // Not even when it is all there is at the moment.
  const elected = history([writer(1), foreign], [down(writer(1)), foreign])
  expect(elected).toMatchObject({ primary: undefined, systemId: '7' })
  // The first one counts where they are as many.
  expect(history([foreign, writer(1)])).toMatchObject({ primary: 0, systemId: '8' })
  // All of them have moved.
  const moved = history([writer(3), standby(3)], [foreign, standby(1, { systemId: '8' })])
  expect(moved).toMatchObject({ primary: 0, systemId: '8', timeline: 9 })
})

test('a primary that is made read-only takes no writes; one that always was explains that itself', () => {
  const readOnly = writer(1, { isReadOnly: true })
  expect(history([readOnly])).toMatchObject({ primary: 0, takesWrites: true })
  expect(history([writer(1)], [readOnly])).toMatchObject({ primary: 0, takesWrites: false })
  expect(history([writer(1)], [down(readOnly)], [readOnly])).toMatchObject({ takesWrites: false })
  expect(history([writer(1)], [readOnly], [writer(1)])).toMatchObject({ takesWrites: true })
})

const nodeViews = fc.array(
  fc.record({
    isUp: fc.boolean(),
    answer: fc.option(
      fc.record({
        ...Object.fromEntries(
          Object.entries(base).map(([name, value]) => [name, fc.constant(value)]),
        ),
        systemId: fc.constantFrom('7', '7', '7', '8'),
        timeline: fc.integer({ min: 1, max: 4 }),
        isStandby: fc.boolean(),
        isReadOnly: fc.boolean(),
        startedAt: fc.constantFrom('a', 'b', 'c', 'd'),
      }) as fc.Arbitrary<NodeAnswer>,
      { nil: undefined },
    ),
  }),
  { minLength: 3, maxLength: 3 },
)

test('whatever the nodes say: one writer at most, of the right cluster, on no older timeline than before', () => {
  fc.assert(
    fc.property(fc.array(nodeViews, { minLength: 1, maxLength: 8 }), rounds => {
      let before = NO_ELECTION
      for (const raw of rounds) {
        const nodes = raw.map(node => ({ ...node, isUp: node.isUp && node.answer !== undefined }))
        const now = elect(nodes, before)
        const isComplete = nodes.every(({ isUp }) => isUp)
        if (now.primary !== undefined) {
          const { answer, isUp } = nodes[now.primary]!
          expect(isUp && !answer!.isStandby).toBe(true)
          expect(answer).toMatchObject({ systemId: now.systemId, timeline: now.timeline })
        }
        const ours = nodes.filter(node => node.isUp && node.answer?.systemId === now.systemId)
        const timelines = ours.map(node => node.answer!.timeline)
        expect(Math.max(0, ...timelines)).toBeLessThanOrEqual(now.timeline)
        if (!isComplete && before.systemId !== undefined) {
          expect(now.systemId).toBe(before.systemId)
          expect(now.timeline).toBeGreaterThanOrEqual(before.timeline)
        }
        const named = [now.primary ?? [], now.fenced, now.split, now.aliases].flat()
        expect(new Set(named).size).toBe(named.length)
        before = now
      }
    }),
    { seed, numRuns: 5_000 },
  )
})

const place = (nodes: readonly NodeView[], lag: Partial<Lag> = {}, wasLagging = false) =>
  placementsOf(
    nodes,
    history(nodes),
    nodes.map(() => ({ role: 'standby', ejection: wasLagging ? 'lagging' : undefined })),
    () => ({ ms: undefined, bytes: undefined, ...lag }),
    { ...REPLICAS_DEFAULTS, lagMsMax: 1_000, lagBytesMax: 100 },
  ).map(({ role, ejection }) => ejection ?? role)

test('each node has its place, and its reason', () => {
  const same = { startedAt: 'same' }
  expect(place([writer(1), standby(1), NEVER])).toEqual(['primary', 'standby', 'unreachable'])
  expect(place([writer(2), writer(1), standby(1)])).toEqual(['primary', 'fenced', 'old-timeline'])
  expect(place([writer(2), writer(2), standby(2)])).toEqual(['split', 'split', 'standby'])
  expect(place([writer(1, same), writer(1, same)])).toEqual(['primary', 'same-server'])
  expect(place([writer(1), standby(), standby(9, { systemId: '8' })])[2]).toBe('different-system')
  expect(place([writer(1), standby(1, { isReplayPaused: true })])[1]).toBe('replay-paused')
  // Which timeline it follows is not for everybody to know.
  expect(place([writer(2), standby(1, { isTimelineSure: false })])[1]).toBe('standby')
})

test('who is too far behind is out, and comes back at half of that', () => {
  const nodes = [writer(), standby()]
  expect(place(nodes, { ms: 1_000, bytes: 100 })[1]).toBe('standby')
  expect(place(nodes, { ms: 1_001 })[1]).toBe('lagging')
  expect(place(nodes, { bytes: 101 })[1]).toBe('lagging')
  expect(place(nodes, { ms: 501 }, true)[1]).toBe('lagging')
  expect(place(nodes, { ms: 500, bytes: 50 }, true)[1]).toBe('standby')
  expect(isLate({ role: 'standby', ejection: 'lagging' })).toBe(true)
  expect(isLate({ role: 'standby', ejection: 'old-timeline' })).toBe(false)
})
