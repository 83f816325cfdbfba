import { percentile } from '../../harness/statistics.ts'
import { atMost, type Trial } from '../../harness/trial.ts'
import type { FailReport } from '../../programs/security/node.ts'
import { NODES, type Nodes, withNodes } from './nodes.ts'

const ATTACKS = { full: 60, quick: 6 }
/** Of the rule `brute-force`. */
const THRESHOLD = 5
const PATIENCE_MS = 6_000

const WAYS = ['at one process', 'in turn at all four'] as const
type Way = (typeof WAYS)[number]

interface Timed {
  readonly way: Way
  /** From before the attempt that reached the threshold. */
  readonly knownAtAllMs: number
  readonly alertedMs: number
  readonly isRefusedItself: boolean
}

export const decisions: Trial = {
  name: 'decisions',
  title: 'One user is guessed at, before four processes with Redis that are told 1,000 events/s',
  run: extent =>
    withNodes(async nodes => {
      const timed: Timed[] = []
      for (let n = 0; n < ATTACKS[extent]; n++) {
        for (const way of WAYS) timed.push(await attack(nodes, way, n))
      }
      const of = (way: Way, figure: (each: Timed) => number, share: number) => {
        const values = timed.filter(each => each.way === way).map(figure)
        return percentile(Float64Array.from(values).sort(), share)
      }
      const known = ({ knownAtAllMs }: Timed) => knownAtAllMs
      const alerted = ({ alertedMs }: Timed) => alertedMs
      const atOne = timed.filter(({ way }) => way === 'at one process')
      const answered = atOne.filter(({ isRefusedItself }) => isRefusedItself)
      return {
        columns: [
          { name: 'refused at all, p50, ms', digits: 1 },
          { name: 'p99, ms', digits: 1 },
          { name: 'alert at the webhook, p50, ms', digits: 1 },
          { name: 'p99, ms', digits: 1 },
        ],
        rows: WAYS.map(way => ({
          name: way,
          values: [
            ...[of(way, known, 0.5), of(way, known, 0.99)],
            ...[of(way, alerted, 0.5), of(way, alerted, 0.99)],
          ],
        })),
        bars: [
          ...WAYS.map(way =>
            atMost(`${way}: refused at all, p99, ms`, of(way, known, 0.99), 1_000),
          ),
          ...WAYS.map(way => atMost(`${way}: alert, p99, ms`, of(way, alerted, 0.99), 2_000)),
          atMost('last attempts that were let through', atOne.length - answered.length, 0),
        ],
        raw: { timed, states: await nodes.states(), alerts: nodes.sink.count() },
      }
    }),
}

/** Five attempts, as fast as they are answered. */
async function attack(nodes: Nodes, way: Way, n: number): Promise<Timed> {
  const isSpread = way === 'in turn at all four'
  const ip = `${isSpread ? '198.51.100' : '203.0.113'}.${n}`
  let last: FailReport | undefined
  for (let credential = 0; credential < THRESHOLD; credential++) {
    const node = n + (isSpread ? credential % NODES : 0)
    last = await nodes.fail(node, { ip, user: `victim of ${ip}`, credential })
  }
  const crossedAt = last?.atMs ?? Number.NaN
  const isKnown = async () => (await nodes.heard(ip)).every(at => at !== undefined)
  const patience = await nodes.until(isKnown, PATIENCE_MS)
  const all = (await nodes.heard(ip)).map(at => at ?? patience + crossedAt)
  await nodes.until(async () => nodes.sink.arrivals.has(ip), PATIENCE_MS)
  const alertedAt = nodes.sink.arrivals.get(ip) ?? Number.POSITIVE_INFINITY
  return {
    way,
    knownAtAllMs: Math.max(...all) - crossedAt,
    alertedMs: alertedAt - crossedAt,
    isRefusedItself: last?.isRefused === true,
  }
}
