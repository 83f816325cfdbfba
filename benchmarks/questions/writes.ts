// What does a write or a call cost, beside the service that a team writes by hand for the same guarantees: one
// transaction, the caller's role and claims inside it, the policies of the table checked?
import type { LoadRequest } from '../load/messages.ts'
import type { Question } from '../harness/question.ts'
import type { Requests, Scenario } from '../harness/rounds.ts'
import { seededRandom } from '../harness/statistics.ts'
import { query, type Store } from '../harness/store.ts'
import { CUSTOMER_ID, NOTE_COLUMNS } from '../peers/statements.ts'

/** Writing one row, or a hundred, may cost no more than by hand. The other scenarios are measured, not judged. */
const INSERT_BARS = { serverCpu: 1 } as const

const SEED = 20_261_122
/** Different requests in one scenario; after the last the first comes again. */
const REQUESTS = 2_000
/** Fewer of those that carry many rows: what matters is that they are large. */
const BULK_REQUESTS = 100
const BULK_ROWS = 100

/** The table that is written, beside the store's own. It belongs to customers as the store's tables do. */
const NOTES = `
  drop function if exists public.add_note;
  drop table if exists public.notes;
  create table public.notes (
    id bigint generated always as identity primary key,
    customer_id integer not null default public.current_customer_id() references public.customers,
    title text not null,
    body text not null,
    priority smallint not null default 0,
    attributes jsonb not null default '{}',
    written_at timestamptz not null default now()
  );
  create index on public.notes (customer_id);
  grant select, insert, update on public.notes to authenticated;
  alter table public.notes enable row level security;
  create policy "notes belong to a customer" on public.notes
    to authenticated using (customer_id = (select public.current_customer_id()));
  create function public.add_note(title text, body text) returns bigint
    language sql volatile
    as $$ insert into public.notes (title, body) values (title, body) returning id $$;
`

const NO_NOTES = 'truncate public.notes restart identity'
const SOME_NOTES = `${NO_NOTES};
  insert into public.notes (customer_id, title, body)
    select ${CUSTOMER_ID}, 'Note ' || n, repeat('word ', 20) from generate_series(1, ${REQUESTS}) n;
  analyze public.notes`

export const writes: Question = { name: 'writes', peers: ['baseline', 'floor'], scenarios }

async function scenarios(store: Store): Promise<readonly Scenario[]> {
  await query(store.url, NOTES)
  const random = seededRandom(SEED)
  const notes = Array.from({ length: REQUESTS }, () => noteOf(random))
  const categories = await query<{ id: number }>(
    store.url,
    `select distinct category_id as id from products where status = 'active' order by 1`,
  )
  return [
    {
      ...{ name: 'insert', title: 'Insert one row, nothing answered', ...INSERT },
      requests: posts('/rest/v1/notes', '/notes', notes),
      headers: { prefer: 'return=minimal' },
    },
    {
      ...{ name: 'insert-returned', title: 'Insert one row, answered', ...INSERT },
      requests: posts(`/rest/v1/notes?select=${NOTE_COLUMNS.join(',')}`, '/notes-returned', notes),
      headers: { prefer: 'return=representation' },
    },
    {
      ...{ name: 'insert-many', title: `Insert ${BULK_ROWS} rows at once`, ...INSERT },
      requests: posts('/rest/v1/notes', '/notes-many', bulks(random)),
      headers: { prefer: 'return=minimal' },
    },
    {
      ...{ name: 'update', title: 'Update one row by key', ...MEASURED, prepare: SOME_NOTES },
      requests: updates(random),
      headers: { prefer: 'return=minimal' },
    },
    {
      ...{ name: 'call-get', title: 'Call a function that reads (GET)', ...MEASURED },
      requests: reads(categories.map(({ id }) => id)),
      headers: {},
    },
    {
      ...{ name: 'call-post', title: 'Call a function that writes (POST)', ...MEASURED },
      requests: posts('/rest/v1/rpc/add_note', '/add-note', notes.map(callOf)),
      headers: {},
    },
  ]
}

const MEASURED = { connections: 32, bars: {}, prepare: NO_NOTES }
const INSERT = { ...MEASURED, bars: INSERT_BARS }

interface Note {
  readonly title: string
  readonly body: string
  readonly priority: number
  readonly attributes: Readonly<Record<string, unknown>>
}

const WORDS = 'river "stone" café winter\nlamp paper \\ harbour 1984 green 猫 quiet'.split(' ')

function noteOf(random: () => number): Note {
  const words = (count: number) =>
    Array.from({ length: count }, () => WORDS[Math.floor(random() * WORDS.length)]).join(' ')
  const pinned = random() < 0.5
  return {
    title: words(4),
    body: words(30),
    priority: Math.floor(random() * 10),
    attributes: { pinned, from: 'web' },
  }
}

function callOf({ title, body }: Note): Pick<Note, 'title' | 'body'> {
  return { title, body }
}

function bulks(random: () => number): readonly (readonly Note[])[] {
  const rows = () => Array.from({ length: BULK_ROWS }, () => noteOf(random))
  return Array.from({ length: BULK_REQUESTS }, rows)
}

function posts(dialect: string, route: string, values: readonly unknown[]): Requests {
  const to = (path: string) =>
    values.map((value): LoadRequest => ({ method: 'POST', path, body: JSON.stringify(value) }))
  return { dialect: to(dialect), routes: to(route) }
}

function updates(random: () => number): Requests {
  const ids = Array.from({ length: REQUESTS }, () => 1 + Math.floor(random() * REQUESTS))
  const to = (start: string) =>
    ids.map((id, index): LoadRequest => {
      const body = JSON.stringify({ priority: index % 10 })
      return { method: 'PATCH', path: `${start}${id}`, body }
    })
  return { dialect: to('/rest/v1/notes?id=eq.'), routes: to('/notes/') }
}

function reads(categories: readonly number[]): Requests {
  const to = (start: string) =>
    categories.map((id): LoadRequest => ({ method: 'GET', path: `${start}${id}` }))
  return {
    dialect: to('/rest/v1/rpc/price_span?category_id='),
    routes: to('/price-span?category='),
  }
}
