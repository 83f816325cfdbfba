import { writeFileSync } from 'node:fs'
import { createRandom, type Random } from '../support/random.ts'
import { seed } from '../support/seed.ts'
import { outside, type OutsideQuery, type Rig, type RigOptions, startRig } from './rig.ts'
import { Witness } from './witness.ts'
import { Writing } from './writing.ts'

/** A folder for what the nodes write, for whoever looks for a reason. */
const LOGS = process.env['STIER_COHERENCE_LOGS']

/** What goes on at a rig, whatever goes wrong. */
export interface World {
  readonly rig: Rig
  readonly witness: Witness
  readonly writing: Writing
  readonly random: Random
  readonly outside: OutsideQuery
  /** Whether answers are kept at all. */
  readonly isCached: boolean
}

export interface OwnedWorld extends World {
  end(): Promise<void>
}

export async function createWorld(options: RigOptions): Promise<OwnedWorld> {
  const rig = await startRig(options)
  const random = createRandom(seed)
  const past = outside(rig)
  const addresses = () => rig.nodes.map(({ address }) => address)
  const witness = new Witness({ addresses, readsReplicas: options.hasReplica })
  const writing = new Writing({ witness, random, outside: past.query })
  return {
    ...{ rig, random, witness, writing, outside: past.query, isCached: rig.isCached },
    async end() {
      if (LOGS !== undefined) {
        rig.nodes.forEach(({ log }, index) => writeFileSync(`${LOGS}/node-${index}.log`, log))
      }
      witness.close()
      await past.end()
      await rig.stop()
    },
  }
}
