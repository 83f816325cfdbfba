import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../support/seed.ts'
import { KEYS, ROWS, Simulation } from './simulated-nodes.ts'

/** In all four settings together. */
const RUNS = Number(process.env['STIER_TEST_CACHE_INTERLEAVINGS'] ?? 10_000)
const NODES = 3

const node = fc.nat(NODES - 1)
const key = fc.constantFrom(...KEYS)
const ask = fc.option(
  fc.constantFrom(
    { noCache: true },
    { noStore: true },
    { onlyIfCached: true },
    { maxStaleMs: 30 },
    { minFreshMs: 20 },
  ),
  { nil: undefined, freq: 8 },
)
const step = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('get' as const),
      node,
      key,
      ask,
      isKnown: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('change' as const), node, row: fc.nat(ROWS - 1) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.integer({ min: 1, max: 20 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), node, key }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('cut' as const, 'heal' as const, 'lose' as const),
      node,
    }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

function take(simulation: Simulation, step: Exclude<Step, { kind: 'wait' }>): void {
  const at = simulation.nodes[step.node]
  if (at === undefined) return
  switch (step.kind) {
    case 'get':
      return simulation.ask(at, step.key, {
        ask: step.ask,
        dependencies: step.isKnown ? () => [] : undefined,
      })
    case 'change':
      return simulation.change(step.row, at)
    case 'delete':
      return at.delete(step.key)
    case 'cut':
      return at.bus?.cut()
    case 'heal':
      return at.bus?.heal()
    case 'lose':
      return at.bus?.lose()
  }
}

test.each([
  ['bus', true],
  ['bus', false],
  ['log', true],
  ['log', false],
] as const)(
  `changes by %s, second level %s: nobody gets what is older than what its node was told (seed ${seed})`,
  async (source, hasShared) => {
    let [answers, hits] = [0, 0]
    const property = fc.asyncProperty(
      fc.integer(),
      fc.array(step, { minLength: 10, maxLength: 50, size: 'max' }),
      async (delays, steps) => {
        const simulation = new Simulation({
          random: randomFrom(delays),
          nodes: NODES,
          source,
          hasShared,
        })
        for (const one of steps) {
          if (one.kind === 'wait') await simulation.advance(one.ms)
          else take(simulation, one)
        }
        await simulation.end()
        answers += simulation.answers
        hits += simulation.hits
      },
    )
    await fc.assert(property, { seed, numRuns: Math.ceil(RUNS / 4), endOnFailure: false })
    expect(hits).toBeGreaterThan(0) // Something was answered from what was kept.
    expect(answers).toBeGreaterThan(hits)
  },
  600_000,
)

/** Mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
