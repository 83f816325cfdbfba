import { sTier } from '../../harness/contestants.ts'
import type { Rounds } from '../../harness/interleave.ts'
import { type RunningServer, startServer } from '../../harness/processes.ts'
import { query, startStore, type Store } from '../../harness/store.ts'
import { atLeast, type Extent, type Row, type Trial } from '../../harness/trial.ts'
import { BODIES, sizeOf } from './bodies.ts'
import { middleOf, ratio, takeTurns, type TurnReport } from './turns.ts'

const KINDS = ['object', 'rows', 'text'] as const
type Kind = (typeof KINDS)[number]
const TITLES: Readonly<Record<Kind, string>> = {
  object: 'one row',
  rows: '1,000 rows',
  text: 'one text',
}
const PATHS: Readonly<Record<Kind, string>> = { object: 'items', rows: 'items', text: 'terms' }
/** So that a turn takes about a quarter of a second. */
const REQUESTS: Readonly<Record<Kind, number>> = { object: 800, rows: 32, text: 200 }
/** Of each mode. */
const PROCESSES = 3

const MODES = ['without', 'without checks', 'all'] as const
type Mode = (typeof MODES)[number]
const SETTINGS: Readonly<Record<Mode, readonly string[]>> = {
  without: ['--validation-enabled=false'],
  'without checks': ['--validation-checks=false'],
  all: [],
}
const NAMES: Readonly<Record<Mode, string>> = {
  without: 'without validation',
  'without checks': 'limits',
  all: 'limits and checks of rows',
}

/** With what rows are usually checked for: lengths, numbers, moments, a pattern, a CHECK of two columns. */
const TABLES = `
  drop table if exists public.items, public.terms;
  create unlogged table public.items (
    id bigint generated always as identity,
    name varchar(200) not null,
    sku text not null check (sku ~ '^[A-Z]{2}-[0-9]{4}$'),
    price numeric(10, 2) not null check (price >= 0),
    stock integer not null check (stock >= 0),
    category varchar(50) not null,
    active boolean not null,
    weight numeric,
    added timestamptz not null
  );
  create unlogged table public.terms (title varchar(200) not null, text text not null);
  grant insert on public.items, public.terms to authenticated;
`

type Results = Rounds<Mode, TurnReport>

export const writes: Trial = {
  name: 'writes',
  title: 'Rows written through S-Tier',
  async run(extent) {
    const store = await startStore()
    const servers = new Map<Mode, RunningServer[]>(MODES.map(mode => [mode, []]))
    try {
      await query(store.url, TABLES)
      for (const [mode, same] of servers) {
        while (same.length < PROCESSES) same.push(await start(store, mode))
      }
      const results = new Map<Kind, Results>()
      for (const kind of KINDS) results.set(kind, await measure(store, servers, kind, extent))
      return outcomeOf([...results], store.version)
    } finally {
      await Promise.all([...servers.values()].flat().map(server => server.stop()))
      await store.stop()
    }
  },
}

function start({ url }: Store, mode: Mode): Promise<RunningServer> {
  const settings = ['--limits-enabled=false', ...SETTINGS[mode]]
  return startServer(sTier(url, { settings }).command)
}

async function measure(
  { url }: Store,
  servers: ReadonlyMap<Mode, readonly RunningServer[]>,
  kind: Kind,
  extent: Extent,
): Promise<Results> {
  const { headers } = sTier(url)
  const request = { method: 'POST', path: `/rest/v1/${PATHS[kind]}`, body: BODIES[kind] }
  const results = await takeTurns(MODES, extent, mode =>
    (servers.get(mode) ?? []).map(({ port, pid }) => {
      return { port, pid, request, headers, requests: REQUESTS[kind] }
    }),
  )
  await query(url, 'truncate public.items, public.terms')
  return results
}

const perSecond = (report: TurnReport) => report.perSecond
const cpuMicros = (report: TurnReport) => report.cpuMicros

function outcomeOf(results: readonly (readonly [Kind, Results])[], version: string) {
  return {
    columns: [
      { name: 'requests/s', digits: 0 },
      { name: 'server CPU, µs a request', digits: 0 },
      { name: 'CPU, of that without', digits: 3 },
    ],
    rows: results.flatMap(([kind, rounds]) => MODES.map(mode => rowOf(kind, mode, rounds))),
    bars: results.map(([kind, rounds]) =>
      atLeast(
        `${TITLES[kind]}: throughput, of that without validation`,
        ratio(rounds, 'all', 'without', perSecond),
        0.95,
      ),
    ),
    versions: { PostgreSQL: version },
    raw: Object.fromEntries(results.map(([kind, rounds]) => [kind, Object.fromEntries(rounds)])),
  }
}

function rowOf(kind: Kind, mode: Mode, rounds: Results): Row {
  return {
    name: `${TITLES[kind]} (${sizeOf(BODIES[kind])}), ${NAMES[mode]}`,
    values: [
      middleOf(rounds, mode, perSecond),
      middleOf(rounds, mode, cpuMicros),
      ratio(rounds, mode, 'without', cpuMicros),
    ],
  }
}
