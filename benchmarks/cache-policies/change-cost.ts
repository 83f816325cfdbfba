import {
  createChangeLog,
  createDependents,
  createSequenceCoherence,
} from '../../backend/src/capabilities/cache/index.ts'

interface Order {
  readonly customer: string
  readonly total: number
}

const LISTS = 10_000
const ROUNDS = 5

/** Nanoseconds of processor time for one change, best of some rounds, where ten thousand entries depend on the tag. */
export function changeCosts(): ReadonlyMap<string, number> {
  const fieldsOf = ({ customer }: Order): readonly string[] => [customer]
  const testOf = (customer: string) => (order: Order) =>
    order.customer === customer && order.total > 10
  const indexed = createDependents<Order>({ fieldsOf })
  const tested = createDependents<Order>({ testsPerSecondMax: Number.POSITIVE_INFINITY })
  const rows = createDependents<Order>()
  for (let n = 0; n < LISTS; n++) {
    const test = testOf(`c${n}`)
    const index = { field: 'customer', value: `c${n}` }
    indexed.register(`list ${n}`, [{ tag: 'orders', index, test }])
    tested.register(`list ${n}`, [{ tag: 'orders', test }])
    rows.register(`order ${n}`, [{ tag: 'orders', keys: [String(n)] }])
  }
  const changes = Array.from({ length: LISTS }, (_, n) => ({
    tag: 'orders',
    keys: [String(n)],
    data: { customer: `c${(n * 7) % LISTS}`, total: n % 20 },
  }))
  const changeAt = (n: number) => {
    const { tag, keys, data } = changes[n % LISTS] as (typeof changes)[number]
    return { tag, keys, data, stamp: sequence.stamp() }
  }
  const sequence = createSequenceCoherence()
  const log = createChangeLog<number, number, Order>({ coherence: sequence, fieldsOf })
  const list = [{ tag: 'orders', test: testOf('c1') }]
  const row = [{ tag: 'orders', keys: ['none'] }]
  for (let n = 0; n < 20_000; n++) log.add(changeAt(n))
  const latest = sequence.version()
  return new Map([
    ['rows looked up', best(100_000, n => countOf(rows.touched(changeAt(n))))],
    ['lists, by index', best(100_000, n => countOf(indexed.touched(changeAt(n))))],
    ['lists, all tests run', best(100, n => countOf(tested.touched(changeAt(n))))],
    ['remembered in the log', best(100_000, n => log.add(changeAt(n)))],
    [
      'judging a row, 10,000 changes late',
      best(20_000, () => log.madeOld(row, sequence.version() - 9_999)),
    ],
    [
      'judging a list, 100 changes late',
      best(20_000, () => log.madeOld(list, sequence.version() - 100)),
    ],
    ['judging what is current', best(100_000, () => log.madeOld(list, latest + 1e9))],
  ])
}

function countOf(touched: Iterable<unknown>): number {
  return [...touched].length
}

function best(times: number, run: (n: number) => unknown): number {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.cpuUsage()
    for (let n = 0; n < times; n++) run(n)
    least = Math.min(least, (process.cpuUsage(start).user * 1_000) / times)
  }
  return least
}
