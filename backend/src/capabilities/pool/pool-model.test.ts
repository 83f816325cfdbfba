import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../../tests/support/seed.ts'
import { POOL_CLASSES, type PoolClass } from './classes.ts'
import { PoolWorld } from '../../../tests/support/pool/pool-world.ts'

/** Sequences of commands to try; 10_000 and more on a machine with time. */
const RUNS = Number(process.env['STIER_POOL_MODEL_RUNS'] ?? 150)

class Step implements fc.AsyncCommand<object, PoolWorld> {
  readonly #name: string
  readonly #act: (world: PoolWorld) => void

  constructor(name: string, act: (world: PoolWorld) => void) {
    this.#name = name
    this.#act = act
  }

  check(): boolean {
    return true
  }

  async run(_model: object, world: PoolWorld): Promise<void> {
    this.#act(world)
    await world.settle()
    world.verify()
  }

  toString(): string {
    return this.#name
  }
}

const kind = fc.constantFrom<PoolClass>(...POOL_CLASSES, 'interactive', 'interactive')
const index = fc.nat({ max: 20 })
const asked = fc.record({
  kind,
  tenant: fc.constantFrom('', 'anon', 'user'),
  leavesNoTrace: fc.boolean(),
  deadlineMs: fc.option(fc.integer({ min: 0, max: 400 }), { nil: undefined, freq: 4 }),
})

const commands = [
  asked.map(use => new Step(`use ${JSON.stringify(use)}`, world => world.use(use))),
  asked.map(use => new Step(`use ${JSON.stringify(use)}`, world => world.use(use))),
  index.map(at => new Step(`finish ${at}`, world => world.finish(at))),
  index.map(at => new Step(`finish ${at}`, world => world.finish(at))),
  index.map(at => new Step(`fail ${at}`, world => world.finish(at, new Error('of the caller')))),
  index.map(at => new Step(`abort ${at}`, world => world.abort(at))),
  index.map(count => new Step(`accept ${count}`, world => world.fake.server.accept(1 + count))),
  index.map(() => new Step('refuse', world => world.refuse())),
  index.map(() => new Step('refuse as full', world => world.refuseAsFull())),
  index.map(at => new Step(`lose ${at}`, world => world.lose(at))),
  index.map(at => new Step(`unfit ${at}`, world => world.spoil(at))),
  fc
    .integer({ min: 1, max: 2_000 })
    .map(ms => new Step(`advance ${ms}`, world => world.fake.clock.advance(ms))),
  fc.integer({ min: 1, max: 12 }).map(size => new Step(`aim at ${size}`, world => world.aim(size))),
  fc
    .integer({ min: 0, max: 12 })
    .map(size => new Step(`limit ${size}`, world => world.limit(size))),
  fc.boolean().map(slow => new Step(`slow ${slow}`, world => world.slowDown(slow))),
  fc.boolean().map(now => new Step(`evict ${now}`, world => world.evict(now))),
  index.map(() => new Step('fill', world => world.fill())),
]

test(`a pool under ${RUNS} random sequences (seed ${seed})`, { timeout: 3_600_000 }, async () => {
  const sizes = fc.record({
    sizeMin: fc.integer({ min: 1, max: 6 }),
    sizeMax: fc.integer({ min: 1, max: 10 }),
    queueMax: fc.integer({ min: 0, max: 12 }),
  })
  const property = fc.asyncProperty(
    sizes,
    fc.commands(commands, { maxCommands: 80, size: 'max' }),
    async (rules, steps) => {
      const world = new PoolWorld(rules)
      await fc.asyncModelRun(() => ({ model: {}, real: world }), steps)
      await world.end()
    },
  )
  await fc.assert(property, { seed, numRuns: RUNS })
  expect.assertions(0)
})
