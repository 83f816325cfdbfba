import { sTier } from '../../harness/contestants.ts'
import { type RunningServer, startServer } from '../../harness/processes.ts'
import { query, startStore } from '../../harness/store.ts'
import { atMost, type Extent, type Trial } from '../../harness/trial.ts'
import { type Bomb, createBombs, createHarmless } from './bomb.ts'
import { type Blast, throwBomb } from './throw-bomb.ts'

const ROUNDS: Readonly<Record<Extent, number>> = { full: 7, quick: 1 }
const ANSWER_MS_MAX = 50
const GROWN_MIB_MAX = 20

/** Where there is no limit by default: PostgreSQL may store long texts. */
const SETTINGS = ['--validation-string-bytes-max=1000000', '--limits-enabled=false']

/** A pattern that a matcher which goes back and forth never comes to the end of. */
const TABLES = `
  drop table if exists public.notes, public.codes cascade;
  create table public.notes (
    id bigint generated always as identity primary key,
    title text not null,
    body text not null,
    priority smallint not null default 0,
    attributes jsonb not null default '{}'
  );
  create table public.codes (code text check (code ~ '^(a+)+$'));
  grant select, insert on public.notes, public.codes to authenticated;
`

export const bombs: Trial = {
  name: 'bombs',
  title: 'Requests that mean harm, answered by S-Tier',
  async run(extent) {
    const store = await startStore()
    try {
      await query(store.url, TABLES)
      const { command, headers } = sTier(store.url, { settings: SETTINGS })
      const server = await startServer(command)
      try {
        return outcomeOf(await throwAll(server, headers, ROUNDS[extent]))
      } finally {
        await server.stop()
      }
    } finally {
      await store.stop()
    }
  },
}

type Blasts = ReadonlyMap<Bomb, readonly Blast[]>

/** After a body as large, that is no bomb: what the server needs for that counts for none of them. */
async function throwAll(
  { port, pid }: RunningServer,
  headers: Readonly<Record<string, string>>,
  rounds: number,
): Promise<Blasts> {
  const all = new Map<Bomb, Blast[]>()
  for (let count = 0; count < 3; count++) await throwBomb(createHarmless(), port, pid, headers)
  for (const bomb of await createBombs()) all.set(bomb, [])
  for (let round = 0; round < rounds; round++) {
    for (const [bomb, blasts] of all) blasts.push(await throwBomb(bomb, port, pid, headers))
  }
  return all
}

function outcomeOf(all: Blasts) {
  const rows = [...all].map(([{ name, body }, blasts]) => ({
    name,
    status: Math.max(...blasts.map(({ status }) => status)),
    ms: Math.min(...blasts.map(({ ms }) => ms)),
    cpuMs: Math.min(...blasts.map(({ cpuMs }) => cpuMs)),
    grownMiB: Math.max(...blasts.map(({ grownMiB }) => grownMiB)),
    sentKilobytes: body === undefined ? undefined : body.length / 1_000,
  }))
  const notRefused = rows.filter(({ status }) => status < 400 || status > 499)
  return {
    columns: [
      { name: 'body, kB', digits: 0 },
      { name: 'status', digits: 0 },
      { name: 'until the answer, ms', digits: 1 },
      { name: 'server CPU, ms', digits: 1 },
      { name: 'memory grown by, MiB', digits: 1 },
    ],
    rows: rows.map(({ name, sentKilobytes, status, ms, cpuMs, grownMiB }) => ({
      name,
      values: [sentKilobytes, status, ms, cpuMs, grownMiB],
    })),
    bars: [
      atMost('bombs that are answered with something else than 4xx', notRefused.length, 0),
      atMost(
        'the longest time until an answer, ms',
        Math.max(...rows.map(({ ms }) => ms)),
        ANSWER_MS_MAX,
      ),
      atMost(
        'the most that memory grew, MiB',
        Math.max(...rows.map(({ grownMiB }) => grownMiB)),
        GROWN_MIB_MAX,
      ),
    ],
    raw: [...all].map(([{ name }, blasts]) => ({ name, blasts })),
  }
}
