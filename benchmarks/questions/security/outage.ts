import { atLeast, atMost, type Trial } from '../../harness/trial.ts'
import type { FailReport } from '../../programs/security/node.ts'
import { NODES, type Nodes, withNodes } from './nodes.ts'

const ROUNDS = { full: 3, quick: 1 }
const THRESHOLD = 5
const PATIENCE_MS = 20_000
/** After Redis is back. */
const MERGED_MS_MAX = 10_000

interface Round {
  readonly noticedMs: number
  readonly found: number
  readonly slowestTellMs: number
  readonly mergedMs: number
}

export const outage: Trial = {
  name: 'redis-killed',
  title: 'Redis is killed; each of four processes is attacked by another address; Redis comes back',
  run: extent =>
    withNodes(async nodes => {
      const rounds: Round[] = []
      for (let round = 0; round < ROUNDS[extent]; round++) rounds.push(await lose(nodes, round))
      const found = Math.min(...rounds.map(round => round.found))
      const slowest = Math.max(...rounds.map(round => round.slowestTellMs))
      const merged = Math.max(...rounds.map(round => round.mergedMs))
      return {
        columns: [
          { name: 'found where it was tried, of 4', digits: 0 },
          { name: 'slowest telling, ms', digits: 2 },
          { name: 'all refused at all, ms after Redis is back', digits: 0 },
        ],
        rows: rounds.map((round, index) => ({
          name: `round ${index + 1}`,
          values: [round.found, round.slowestTellMs, round.mergedMs],
        })),
        bars: [
          atLeast('found without Redis, of 4', found, NODES),
          atMost('slowest telling, ms', slowest, 50),
          atMost('all refused at all, ms', merged, MERGED_MS_MAX),
        ],
        raw: rounds,
      }
    }),
}

async function lose(nodes: Nodes, round: number): Promise<Round> {
  await nodes.redis.kill()
  const noticedMs = await nodes.until(() => nodes.areConnected(false), PATIENCE_MS)
  const ips = Array.from({ length: NODES }, (_, node) => `192.0.2.${round * NODES + node}`)
  const last: FailReport[] = []
  let slowestTellMs = 0
  for (const [node, ip] of ips.entries()) {
    for (let credential = 0; credential < THRESHOLD; credential++) {
      const report = await nodes.fail(node, { ip, user: `victim of ${ip}`, credential })
      slowestTellMs = Math.max(slowestTellMs, report.tookMs)
      if (credential === THRESHOLD - 1) last.push(report)
    }
  }
  await nodes.redis.restart()
  const areKnown = async () => {
    const heard = await Promise.all(ips.map(ip => nodes.heard(ip)))
    return heard.flat().every(at => at !== undefined)
  }
  const mergedMs = await nodes.until(areKnown, PATIENCE_MS)
  await nodes.until(() => nodes.areConnected(true), PATIENCE_MS)
  return { noticedMs, found: last.filter(each => each.isRefused).length, slowestTellMs, mergedMs }
}
