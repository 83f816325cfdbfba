import { afterAll, beforeAll, expect, test } from 'vitest'
import { formatConsistencyToken } from '../../src/capabilities/replicas/index.ts'
import type { TestDatabase } from '../support/database.ts'
import { createJournaledDatabase } from '../support/journal.ts'
import { createRandom } from '../support/random.ts'
import { seed } from '../support/seed.ts'
import { type CachedNode, startNode } from './cached-node.ts'

const ROWS = 4
const CLIENTS = 6
/** Of each client. */
const STEPS = Number(process.env['STIER_TEST_CACHE_RACES'] ?? 60)
const random = createRandom(seed)

let database: TestDatabase
let node: CachedNode

beforeAll(async () => {
  database = await createJournaledDatabase(`
    create table counters (id int primary key, at int not null);
    insert into counters select n, 0 from generate_series(1, ${ROWS}) n;
    create function only_up() returns trigger language plpgsql as
      'begin new.at := greatest(old.at, new.at); return new; end';
    create trigger only_up before update on counters for each row execute function only_up();
    grant all on counters to anon;
  `)
  const pause = () => new Promise<void>(go => setTimeout(go, random.below(4)))
  node = await startNode({
    url: database.authenticatorUrl,
    around: inner => ({
      hedges: inner.hedges,
      async run(execution) {
        await pause()
        const answer = await inner.run(execution)
        if (execution.context.readOnly || execution.keeping !== undefined) await pause()
        return answer
      },
    }),
  })
})
afterAll(async () => {
  await node.stop()
  await database.drop()
})

/** By row, what was acknowledged here, and anywhere. */
const own = new Map<number, number>()
const all = new Map<number, { readonly at: number; readonly xid: bigint }>()
let next = 0

async function writeHere(id: number): Promise<void> {
  const at = ++next
  if (random.oneIn(3)) await node.write(`update counters set at = ${at} where id = ${id}`)
  else await node.patch(`/counters?id=eq.${id}`, { at })
  own.set(id, Math.max(at, own.get(id) ?? 0))
}

async function writeOutside(id: number): Promise<void> {
  const at = ++next
  const [row] = await database.query<{ xid: string }>(
    `update counters set at = greatest(at, $1) where id = $2 returning pg_current_xact_id()::text as xid`,
    [at, id],
  )
  if (at > (all.get(id)?.at ?? 0)) all.set(id, { at, xid: BigInt(row?.xid ?? 0) })
}

/** One of several shapes of question about the row. */
async function read(id: number): Promise<void> {
  const urls = [`/counters?id=eq.${id}`, '/counters?order=id', `/counters?id=in.(${id})&at=gte.0`]
  const url = urls[random.below(urls.length)] ?? ''
  const outside = random.below(3) === 0 ? all.get(id) : undefined
  const least = Math.max(own.get(id) ?? 0, outside?.at ?? 0)
  const headers =
    outside === undefined
      ? {}
      : {
          's-tier-consistency': formatConsistencyToken({
            ...{ systemId: '1', timeline: 1, lsn: 1n, xid: outside.xid },
          }),
        }
  const { body, cached } = await node.get(url, { headers })
  const rows = JSON.parse(body ?? '[]') as readonly { readonly id: number; readonly at: number }[]
  const found = rows.find(row => row.id === id)
  expect(found?.at, `${url} ${JSON.stringify(cached?.from)}`).toBeGreaterThanOrEqual(least)
}

test(`whatever races, nobody reads what is older than what he knows (seed ${seed})`, async () => {
  const client = async (): Promise<void> => {
    for (let step = 0; step < STEPS; step++) {
      const id = 1 + random.below(ROWS)
      const dice = random.below(10)
      if (dice < 2) await writeHere(id)
      else if (dice < 3) await writeOutside(id)
      else await read(id)
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
  const { cache, writeThroughs } = node.executor.report()
  expect(writeThroughs).toBeGreaterThan(0)
  expect(cache.hits.l1).toBeGreaterThan(0)
  expect(cache.invalidations.row + cache.invalidations.predicate).toBeGreaterThan(0)
})
