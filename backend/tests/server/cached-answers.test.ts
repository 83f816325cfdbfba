import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestDatabase } from '../support/database.ts'
import type { RawResponse } from '../support/http-client.ts'
import { createJournaledDatabase } from '../support/journal.ts'
import { createRandom, type Random } from '../support/random.ts'
import { as, startServer, type TestServer } from '../support/server.ts'
import { seed } from '../support/seed.ts'

// Random reads and writes through a server that keeps answers, and each read through one that does not: they answer the same.

const STEPS = Number(process.env['STIER_TEST_CACHED_ANSWERS'] ?? 400)

let database: TestDatabase
let keeping: TestServer
let plain: TestServer
beforeAll(async () => {
  database = await createJournaledDatabase(SCHEMA)
  keeping = await startServer(database.authenticatorUrl)
  plain = await startServer(database.authenticatorUrl, { '--cache-enabled': 'false' })
})
afterAll(async () => {
  await keeping.stop()
  await plain.stop()
  await database.drop()
})

const SCHEMA = `
  create table shelves (id int primary key, room text not null);
  create table books (id int primary key, shelf_id int references shelves on delete set null, title text not null,
    price numeric, owner text not null);
  insert into shelves select id, 'room ' || id % 2 from generate_series(1, 4) id;
  insert into books select id, id % 4 + 1, 'title ' || id, id, case id % 2 when 0 then 'ann' else 'bob' end
    from generate_series(1, 12) id;
  alter table books enable row level security;
  create policy own on books using (owner = current_setting('request.jwt.claims', true)::json ->> 'sub');
  create function dear(than numeric) returns setof books stable begin atomic select * from books where price > than; end;
  create view rooms as select room, count(*) as shelves from shelves group by room;
  grant all on shelves, books, rooms to authenticated;`

const READS = [
  ...['/books?id=eq.1', '/books?id=in.(1,2,13)&order=id', '/books?shelf_id=eq.2&order=id'],
  ...['/books?id=eq.2', '/books?id=eq.3', '/shelves?id=eq.1', '/shelves?id=eq.2'],
  ...['/books?price=gt.6&order=price.desc,id', '/books?select=id,shelves(room)&order=id'],
  ...['/shelves?select=id,books(title)&order=id&books.order=id', '/rooms?order=room'],
  ...[
    '/shelves?select=id,books(count)&order=id',
    '/rpc/dear?than=5&order=id',
    '/books?title=like.*1*',
  ],
  ...['/books?select=id&order=id&limit=3&offset=1', '/books?or=(id.eq.2,price.lt.3)&order=id'],
]
const HEADERS: readonly Readonly<Record<string, string>>[] = [
  ...[{}, {}, {}, { prefer: 'count=exact' }, { range: '0-1' }, { accept: 'text/csv' }],
  ...[{ accept: 'application/vnd.pgrst.object+json' }, { 'cache-control': 'max-age=0' }],
]

/** What writes answer. */
const SHOWN = [
  ...[{}, { prefer: 'return=representation' }, { prefer: 'return=representation' }],
  { prefer: 'return=representation', accept: 'application/vnd.pgrst.object+json' },
]

const CALLERS = ['ann', 'bob'].map(sub => as('authenticated', { sub }))

test(
  `whatever is asked between writes, what is kept answers what is there (seed ${seed})`,
  async () => {
    const random = createRandom(seed)
    const tagged = new Map<string, { readonly tag: string; readonly told: object }>()
    let hits = 0

    async function write(): Promise<void> {
      const shown = random.pick<Readonly<Record<string, string>>>(SHOWN)
      const headers = { ...random.pick(CALLERS), 'content-type': 'application/json', ...shown }
      const [method, target, body] = randomWrite(random)
      const sent = body === undefined ? undefined : JSON.stringify(body)
      const { status } = await keeping.get(target, { method, headers, body: sent })
      expect([200, 201, 204, 403, 406, 409]).toContain(status) // Another one's row, or one that is there.
    }

    async function read(): Promise<void> {
      const target = random.pick(READS)
      const headers = { ...random.pick(CALLERS), ...random.pick(HEADERS) }
      const name = JSON.stringify([target, headers])
      const before = tagged.get(name)
      const known = before && random.oneIn(3) ? { 'if-none-match': before.tag } : {}
      const given = await keeping.get(target, { headers: { ...headers, ...known } })
      const right = partsOf(await plain.get(target, { headers }))
      const told = given.status === 304 ? before?.told : partsOf(given)
      expect({ name, ...told }).toEqual({ name, ...right })
      const { etag, 'cache-status': status } = given.headers
      if (status?.includes('; hit;') === true) hits++
      if (etag !== undefined) tagged.set(name, { tag: etag, told: right })
    }

    for (let step = 0; step < STEPS; step++) await (random.oneIn(7) ? write() : read())
    expect(hits).toBeGreaterThan(STEPS / 20)
  },
  30_000 + STEPS * 100,
)

type Write = readonly [method: string, target: string, body?: object]

function randomWrite({ below, pick }: Random): Write {
  const id = below(15)
  const books = `/books?id=eq.${id}`
  return pick<Write>([
    ['PATCH', books, { price: below(12) }],
    ['PATCH', books, { shelf_id: below(4) + 1 }],
    ['PATCH', `/books?shelf_id=eq.${below(5)}`, { title: `title ${below(20)}` }],
    ['POST', '/books', { id, title: 'new', price: below(12), owner: pick(['ann', 'bob']) }],
    ['DELETE', books],
    ['PATCH', `/shelves?id=eq.${below(5)}`, { room: `room ${below(3)}` }],
  ])
}

function partsOf({ status, headers, body }: RawResponse): object {
  const { 'content-type': type, 'content-range': range, 'content-location': location } = headers
  return { status, type, range, location, body }
}
