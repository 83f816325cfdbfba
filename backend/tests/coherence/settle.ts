import type { Row, Table } from './history.ts'
import type { Rig } from './rig.ts'
import type { Witness } from './witness.ts'
import type { World } from './world.ts'

const SEEN_MS = 20_000
/** So many of all questions are asked again in the end. */
const ASKED_MAX = 400

interface Kept {
  readonly id: number
  readonly version: string
}

/**
 * When nobody writes any more: what was acknowledged is in the database, and every node tells everybody exactly that, whatever
 * it has told before. Faults go to the witness.
 */
export async function settle({ witness, rig }: World): Promise<void> {
  for (const table of ['item', 'part'] as const) await compare(witness, rig, table)
  const asked = witness.asked.slice(-ASKED_MAX)
  const until = performance.now() + SEEN_MS
  for (const { node, question } of asked) {
    for (;;) {
      if (await witness.tellsAll(node, question)) break
      if (performance.now() > until) {
        witness.fault(`node ${node} never tells all that ${question.target} has`)
        break
      }
      await new Promise(done => setTimeout(done, 10))
    }
  }
}

/** Every row is what it was when it was last acknowledged, or something that was tried after that. */
async function compare(witness: Witness, { primary }: Rig, table: Table): Promise<void> {
  const kept = await primary.query<Kept>(`select id, version from ${table}`)
  const versions = new Map(kept.map(({ id, version }) => [id, Number(version)]))
  const now = performance.now()
  for (const row of witness.history.rows(table)) {
    const floor = row.acknowledgedBefore(now)
    const version = versions.get(row.id) ?? lastAbsence(row)
    if (version === undefined || version < floor) {
      witness.fault(`${row.name} is at ${version ?? 'no version'} in the end, after ${floor}`)
      continue
    }
    if (row.undone.has(version)) witness.fault(`${row.name} is at ${version}, which was undone`)
    for (let later = version + 1; later <= row.version; later++) row.undone.add(later)
    row.acknowledge(version, now, undefined)
  }
}

/** The newest version at which it was not there. */
function lastAbsence({ places }: Row): number | undefined {
  const version = places.lastIndexOf(undefined)
  return version < 0 ? undefined : version
}
