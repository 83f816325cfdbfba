import { interleave, least } from '../../harness/interleave.ts'
import { atMost, type Trial } from '../../harness/trial.ts'
import { startWorker } from '../../harness/worker.ts'
import type { SecurityOrder } from '../../programs/security.ts'
import type { CostReport } from '../../programs/security/cost.ts'
import { TOLD_KINDS, type ToldKind } from '../../programs/security/told.ts'

const EXTENT = {
  full: { rounds: 2, kinds: TOLD_KINDS, events: 1_000_000, others: 150_000 },
  quick: { rounds: 1, kinds: ['read', 'read by key'], events: 100_000, others: 20_000 },
} as const
const PRINCIPALS = [1_000, 1_000_000] as const
type Case = `${ToldKind} ${(typeof PRINCIPALS)[number]}`

function casesOf(kinds: readonly ToldKind[]): readonly Case[] {
  return kinds.flatMap(kind => PRINCIPALS.map((count): Case => `${kind} ${count}`))
}

export const cost: Trial = {
  name: 'cost',
  title: 'The monitor is told of an ordinary event',
  async run(extent) {
    const { rounds, kinds, events, others } = EXTENT[extent]
    const results = await interleave(casesOf(kinds), rounds, one => {
      const { told, principals } = partsOf(one)
      const isEverybody = told.startsWith('read') && principals === 1_000_000
      const order = { kind: 'cost', told, principals } as const
      return measure({ ...order, events: isEverybody ? events : others })
    })
    const cpu = (one: Case) => least(results, one, ({ cpuNanos }) => cpuNanos)
    const grown = (one: Case) => least(results, one, ({ grownMiB }) => grownMiB)
    return {
      columns: [
        { name: 'CPU, ns, 1 000 users', digits: 0 },
        { name: 'CPU, ns, 1 000 000 users', digits: 0 },
        { name: 'memory grown by, MiB', digits: 1 },
      ],
      rows: kinds.map(kind => ({
        name: kind,
        values: [cpu(`${kind} 1000`), cpu(`${kind} 1000000`), grown(`${kind} 1000000`)],
      })),
      bars: [
        atMost('a read, ns', cpu('read 1000'), 1_000),
        atMost('a read of a million users in turn, ns', cpu('read 1000000'), 1_000),
        atMost('memory for a million users, MiB', grown('read by key 1000000'), 64),
      ],
      raw: Object.fromEntries(results),
    }
  },
}

function partsOf(one: Case): { told: ToldKind; principals: number } {
  const at = one.lastIndexOf(' ')
  return { told: one.slice(0, at) as ToldKind, principals: Number(one.slice(at + 1)) }
}

async function measure(order: SecurityOrder): Promise<CostReport> {
  const worker = startWorker<SecurityOrder>('security', {})
  try {
    return await worker.ask<CostReport>(order)
  } finally {
    await worker.stop()
  }
}
