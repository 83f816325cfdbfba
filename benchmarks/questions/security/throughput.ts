import { sTier } from '../../harness/contestants.ts'
import { interleave } from '../../harness/interleave.ts'
import { journal } from '../../harness/journaled.ts'
import { type LoadGenerator, startLoadGenerator } from '../../harness/load.ts'
import { type RunningServer, startServer } from '../../harness/processes.ts'
import { median } from '../../harness/statistics.ts'
import { startStore } from '../../harness/store.ts'
import { atMost, type Trial } from '../../harness/trial.ts'
import { takeTurn } from '../../harness/turns.ts'

/** Starts of the same server differ, so there are several of each; turns are so short that what else goes on falls on both. */
const EXTENT = {
  full: { starts: 5, turns: 10, warmUp: 15_000, requests: 3_000 },
  quick: { starts: 1, turns: 2, warmUp: 500, requests: 500 },
}
const CONNECTIONS = 16
const REQUEST = { method: 'GET', path: '/rest/v1/products?select=id,name,price&id=eq.17' }
const OFF = '--security-enabled=false'
const ROWS = [
  { name: 'kept in memory', settings: [] },
  { name: 'read from PostgreSQL', settings: ['--cache-enabled=false'] },
] as const
const ARMS = ['unwatched', 'watched'] as const
type Arm = (typeof ARMS)[number]

/** Processor time of a request, in microseconds, turn by turn: the same place in both is the same moment. */
type Pair = Readonly<Record<Arm, readonly number[]>>

export const throughput: Trial = {
  name: 'throughput',
  title: 'An answer of S-Tier, with and without its monitor',
  async run(extent) {
    const store = await startStore()
    await journal(store, ['products'])
    const load = startLoadGenerator()
    const pairs = new Map<string, readonly Pair[]>()
    try {
      for (const { name, settings } of ROWS) {
        const measure = () => startPair(store.url, settings, load, EXTENT[extent])
        const found = await interleave(['pair'], EXTENT[extent].starts, measure)
        pairs.set(name, found.get('pair') ?? [])
      }
      return outcomeOf(pairs)
    } finally {
      load.stop()
      await store.stop()
    }
  },
}

function outcomeOf(pairs: ReadonlyMap<string, readonly Pair[]>) {
  const of = (name: string) => pairs.get(name) ?? []
  const cpu = (name: string, arm: Arm) => median(of(name).map(pair => median(pair[arm])))
  const more = (name: string) => 100 * (median(of(name).map(ratioOf)) - 1)
  return {
    columns: [
      { name: 'server CPU without, µs a request', digits: 1 },
      { name: 'with, µs', digits: 1 },
      { name: 'more, %', digits: 1 },
    ],
    rows: ROWS.map(({ name }) => ({
      name,
      values: [cpu(name, 'unwatched'), cpu(name, 'watched'), more(name)],
    })),
    bars: ROWS.map(({ name }) => atMost(`${name}: more server CPU, %`, more(name), 3)),
    raw: Object.fromEntries(pairs),
  }
}

/** Of two servers that were started together: the middle one of all turns, each by the same turn of the other. */
function ratioOf({ watched, unwatched }: Pair): number {
  return median(watched.map((micros, turn) => micros / (unwatched[turn] ?? Number.NaN)))
}

async function startPair(
  storeUrl: string,
  settings: readonly string[],
  load: LoadGenerator,
  { turns, warmUp, requests }: (typeof EXTENT)['full'],
): Promise<Pair> {
  const contestants = {
    unwatched: sTier(storeUrl, { settings: [...settings, OFF] }),
    watched: sTier(storeUrl, { settings }),
  }
  const servers = new Map<Arm, RunningServer>()
  try {
    for (const arm of ARMS) servers.set(arm, await startServer(contestants[arm].command))
    const turn = (arm: Arm, count: number) => {
      const order = { request: REQUEST, headers: contestants[arm].headers, requests: count }
      return takeTurn(load, servers.get(arm) as RunningServer, {
        ...order,
        connections: CONNECTIONS,
      })
    }
    for (const arm of ARMS) await turn(arm, warmUp)
    const rounds = await interleave(ARMS, turns, arm => turn(arm, requests))
    const micros = (arm: Arm) => (rounds.get(arm) ?? []).map(({ cpuMicros }) => cpuMicros)
    return { unwatched: micros('unwatched'), watched: micros('watched') }
  } finally {
    for (const server of servers.values()) await server.stop()
  }
}
