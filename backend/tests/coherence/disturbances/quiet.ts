import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { journaling, unjournaling } from '../../support/journaling.ts'
import type { Row } from '../history.ts'
import { metricsAt } from '../metrics.ts'
import { oneRow } from '../questions.ts'
import { NODES, POLICY, QUIET_ROW } from '../rig.ts'
import type { Witness } from '../witness.ts'
import type { World } from '../world.ts'
import { allNodes, type Disturbance, LASTS_MS, until } from './waiting.ts'

/** Nobody notices: no request fails, no answer is old. */
export const QUIET: Readonly<Record<string, Disturbance>> = {
  async 'Redis is killed'({ rig }) {
    await rig.redis.kill()
    await sleep(LASTS_MS)
    await rig.redis.restart()
  },

  async 'Redis is frozen'({ rig }) {
    rig.redis.freeze()
    await sleep(LASTS_MS)
    rig.redis.thaw()
  },

  /** Whatever it had in hand, and whatever it has not heard meanwhile. */
  async 'a node is frozen'({ rig, random }) {
    const node = random.pick(rig.nodes)
    node.freeze()
    await sleep(LASTS_MS)
    node.thaw()
  },

  /** The journal cannot be read past it, and says whose fault that is. */
  async 'a transaction stays open'(world) {
    const client = new pg.Client(world.rig.primary.url)
    client.on('error', () => undefined)
    await client.connect()
    try {
      await client.query('begin')
      await client.query('select pg_current_xact_id()')
      if (world.isCached) await until('a stall is told', () => tellsStall(world))
      else await sleep(LASTS_MS)
    } finally {
      await client.end()
    }
  },

  async 'a table is journaled no longer, and again'(world) {
    const { rig, witness, writing } = world
    const part = witness.history.rows('part').find(({ id }) => id === 1)
    if (part === undefined) return
    writing.paused = 'part' // What is written before a node has heard of it may be missed there.
    await unwritten(witness, 'part')
    await unjournaling(rig.primary.url, ['public.part'])
    await allNodes(world, 'part is journaled nowhere', async node => {
      const { journal } = await metricsAt(rig, node)
      return journal?.tables.includes('public.part') === false
    })
    writing.paused = undefined
    await neverKept(world, part)
    await journaling(rig.primary.url, { tables: ['public.part'], logins: ['authenticator'] })
    await allNodes(world, 'part is journaled again', async node => {
      const { journal } = await metricsAt(rig, node)
      return journal?.tables.includes('public.part') === true
    })
  },

  async 'a policy is altered, and altered back'(world) {
    const { rig, witness } = world
    const shelf = 3
    const quietRow = witness.history.find('item', QUIET_ROW)
    if (quietRow === undefined) return
    const question = oneRow(quietRow, quietRow.place?.tenant ?? 0)
    const isSeenAt = async (node: number) => (await witness.read(node, question)).seen
    const allSee = (rows: number) =>
      allNodes(world, `${rows} rows are seen`, async node => {
        const { sent, seen } = await witness.read(node, question)
        return seen !== undefined && (JSON.parse(sent.body) as unknown[]).length === rows
      })
    for (let node = 0; node < NODES; node++) await isSeenAt(node) // From now on it is kept.
    witness.changeShelf({ shelf, is: 'changing' })
    await rig.primary.query(`alter policy own on item using (${POLICY} and shelf <> ${shelf})`)
    await allSee(0)
    witness.changeShelf({ shelf, is: 'hidden' })
    await sleep(LASTS_MS / 3)
    witness.changeShelf({ shelf, is: 'changing' })
    await rig.primary.query(`alter policy own on item using (${POLICY})`)
    await allSee(1)
    witness.changeShelf(undefined)
  },
}

async function tellsStall({ rig }: World): Promise<boolean> {
  const told = await Promise.all(rig.nodes.map((_, node) => metricsAt(rig, node)))
  return told.every(({ journal }) => journal?.stall !== undefined)
}

/** Until nobody writes the table. */
async function unwritten({ history }: Witness, table: Row['table']): Promise<void> {
  const isQuiet = () => history.rows(table).every(({ use }) => use !== 'written')
  await until(`nobody writes ${table}`, async () => isQuiet())
}

async function neverKept({ witness, isCached }: World, row: Row): Promise<void> {
  const question = oneRow(row, row.place?.tenant ?? 1)
  for (let node = 0; node < NODES && isCached; node++) {
    for (let round = 0; round < 3; round++) {
      const { mark } = await witness.read(node, question)
      if (mark.from === 'hit') witness.fault(`${row.name} is kept, though it is not journaled`)
    }
  }
}
