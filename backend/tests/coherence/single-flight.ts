import { reader, NODES, type Rig } from './rig.ts'
import type { Witness } from './witness.ts'

/** Of everybody who asks for the same things at once. */
export interface Flights {
  readonly keys: number
  readonly requests: number
  /** Statements that PostgreSQL ran for it. */
  readonly statements: number
}

const KEYS = 20
const CALLERS = 5

/** All nodes are asked by several callers at once for what none of them has. */
export async function askTogether({ primary }: Rig, witness: Witness): Promise<Flights> {
  const ids = Array.from({ length: KEYS }, (_, index) => index + 1)
  await primary.query('select pg_stat_statements_reset()')
  let requests = 0
  for (const id of ids) {
    const asked = Array.from({ length: NODES * CALLERS }, async (_, caller) => {
      const target = `/solo?id=eq.${id}`
      const { status } = await witness.send(caller % NODES, 'GET', target, reader(1))
      if (status === 200) requests++
    })
    await Promise.all(asked)
  }
  const [row] = await primary.query<{ calls: string }>(
    `select sum(calls) as calls from pg_stat_statements where query like '%"solo"%'`,
  )
  return { keys: KEYS, requests, statements: Number(row?.calls) }
}
