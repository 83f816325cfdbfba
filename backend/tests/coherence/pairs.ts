import type { Random } from '../support/random.ts'
import type { Row } from './history.ts'
import { oneRow, questionAbout, TENANTS } from './questions.ts'
import { NODES } from './rig.ts'
import type { Witness } from './witness.ts'
import type { Writing, Written } from './writing.ts'

export interface PairsSetup {
  readonly witness: Witness
  readonly writing: Writing
  readonly random: Random
  /** They end by themselves after so many; default: when they are stopped. */
  readonly pairs?: number
  readonly clients?: number
}

export interface Pairs {
  readonly done: number
  /** From a write's answer to the first answer of another node that shows it, in milliseconds. */
  readonly hopsMs: readonly number[]
  /** Resolves when all are done. */
  readonly ended: Promise<void>
  stop(): Promise<void>
}

/** A write in so many is taken past S-Tier. */
const OUTSIDE_IN = 4
/** And the way of one in so many to another node is timed. */
const TIMED_IN = 20
const SEEN_MS = 20_000

/** Clients that write, and read what they and others have written. */
export function startPairs(setup: PairsSetup): Pairs {
  const { witness, writing, random, pairs = Infinity, clients = 6 } = setup
  const hopsMs: number[] = []
  let isOn = true
  let done = 0

  async function work(): Promise<void> {
    while (isOn && done < pairs) {
      done++
      await pair()
    }
  }

  async function pair(): Promise<void> {
    const row = writing.take()
    const question = questionAbout(row, tenantFor(row), random)
    const [here, there] = twoNodes(random)
    await Promise.all([here, there].map(node => witness.read(node, question)))
    const isOutside = random.oneIn(OUTSIDE_IN)
    const written = await writing.write(row, isOutside ? undefined : here)
    if (written.acknowledgedMs === undefined) return
    await witness.read(here, question)
    if (written.token !== undefined) {
      await witness.read(random.below(NODES), question, written.token)
    }
    await witness.read(there, question)
    if (random.oneIn(TIMED_IN)) await waitToBeSeen(written, there)
  }

  /** Mostly somebody who sees it. */
  function tenantFor(row: Row): number {
    return row.place === undefined || random.oneIn(5) ? random.pick(TENANTS) : row.place.tenant
  }

  async function waitToBeSeen(written: Written, node: number): Promise<void> {
    const { row, version, acknowledgedMs = 0 } = written
    if (row.place === undefined) return
    const question = oneRow(row, row.place.tenant)
    while (isOn && row.version === version) {
      const { seen, status } = await witness.read(node, question)
      if (status !== 200) return
      if ((seen?.get(row) ?? 0) >= version) {
        hopsMs.push(performance.now() - acknowledgedMs)
        return
      }
      if (performance.now() - acknowledgedMs > SEEN_MS) {
        witness.fault(`${row.name} at version ${version} is never seen at node ${node}`)
        return
      }
      await new Promise(done => setTimeout(done, 1))
    }
  }

  const working = Promise.all(Array.from({ length: clients }, work)).then(() => undefined)
  working.catch(() => undefined) // Whoever waits for it is told.
  return {
    get done() {
      return done
    },
    hopsMs,
    ended: working,
    stop() {
      isOn = false
      return working
    },
  }
}

function twoNodes(random: Random): readonly [number, number] {
  const here = random.below(NODES)
  return [here, (here + 1 + random.below(NODES - 1)) % NODES]
}

/** The value below which that share of all lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN
}
