import { expect, onTestFinished, test } from 'vitest'
import type { Random } from '../support/random.ts'
import { seed } from '../support/seed.ts'
import { disturb, disturbances } from './disturbances.ts'
import { startPairs } from './pairs.ts'
import { settle } from './settle.ts'
import { createWorld } from './world.ts'

/** So many things go wrong, one after the other; the seed says which. All of them: 1000. */
const DISTURBANCES = Number(process.env['STIER_COHERENCE_DISTURBANCES'] ?? 2)
/** And so often. */
const ROUNDS = Number(process.env['STIER_COHERENCE_ROUNDS'] ?? 1)
const ONLY = process.env['STIER_COHERENCE_ONLY'] ?? ''
const TIMEOUT_MS = 7_200_000

test.each([
  ['one database', false],
  ['a primary and a replica', true],
])(
  `%s: whoever must see a write sees it, and when all is well again everybody does (seed ${seed})`,
  {
    timeout: TIMEOUT_MS,
  },
  async (name, hasReplica) => {
    const world = await createWorld({ hasReplica })
    onTestFinished(() => world.end())
    const { witness, random } = world
    const pairs = startPairs({ ...world, clients: 4 })
    onTestFinished(() => pairs.stop())
    const all = disturbances(hasReplica).filter(({ name }) => name.includes(ONLY))
    for (let round = 0; round < ROUNDS; round++) {
      for (const disturbance of shuffled(all, random).slice(0, DISTURBANCES)) {
        await disturb(world, disturbance)
        console.log(`${disturbance.name}: ${witness.faults.length} faults, ${pairs.done} pairs`)
      }
    }
    await pairs.stop()
    console.log(`${name}, ${pairs.done} pairs, ${JSON.stringify(witness.marks)}`)
    await settle(world)
    expect(witness.faults.slice(0, 20)).toEqual([])
  },
)

function shuffled<Item>(items: readonly Item[], random: Random): readonly Item[] {
  const rest = [...items]
  return items.map(() => rest.splice(random.below(rest.length), 1)[0] as Item)
}
