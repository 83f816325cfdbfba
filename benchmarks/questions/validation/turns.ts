import { cpuMicrosOf } from '../../harness/cpu.ts'
import { interleave, type Rounds } from '../../harness/interleave.ts'
import { startLoadGenerator } from '../../harness/load.ts'
import { percentile } from '../../harness/statistics.ts'
import type { Extent } from '../../harness/trial.ts'
import type { LoadRequest } from '../../load/messages.ts'

/** A server that runs all the time, asked the same thing in its turns. */
export interface Turn {
  readonly port: number
  readonly pid: number
  readonly request: LoadRequest
  readonly headers?: Readonly<Record<string, string>>
  readonly requests: number
}

export interface TurnReport {
  readonly perSecond: number
  /** Processor time of the server for a request, in microseconds. */
  readonly cpuMicros: number
}

const CONNECTIONS = 16
const TIME_MAX_MS = 10_000

/** `part`: of the requests of each turn. */
const EXTENT: Readonly<Record<Extent, { readonly rounds: number; readonly part: number }>> = {
  full: { rounds: 12, part: 1 },
  quick: { rounds: 1, part: 0.2 },
}

/** Many short turns after each other, after one that counts for nothing: what else the machine does concerns all alike. */
export async function takeTurns<Name extends string>(
  names: readonly Name[],
  extent: Extent,
  turnOf: (name: Name) => Turn,
): Promise<Rounds<Name, TurnReport>> {
  const { rounds, part } = EXTENT[extent]
  const turn = (name: Name) => {
    const whole = turnOf(name)
    return { ...whole, requests: Math.ceil(whole.requests * part) }
  }
  const load = startLoadGenerator()
  try {
    for (const name of names) await take(load, turn(name))
    return await interleave(names, rounds, name => take(load, turn(name)))
  } finally {
    load.stop()
  }
}

async function take(load: ReturnType<typeof startLoadGenerator>, turn: Turn): Promise<TurnReport> {
  const { port, pid, request, headers = {}, requests: requestsMax } = turn
  const portion = await load.open({
    ...{ port, connections: CONNECTIONS, requestsMax, durationMs: TIME_MAX_MS },
    ...{ requests: [request], headers },
  })
  const before = cpuMicrosOf(pid) ?? Number.NaN
  const { requests, errors, firstError, elapsedMs } = await portion.run()
  const after = cpuMicrosOf(pid) ?? Number.NaN
  await portion.close()
  if (errors > 0) throw new Error(`${request.path}: ${errors} errors: ${firstError}`)
  return { perSecond: (requests * 1_000) / elapsedMs, cpuMicros: (after - before) / requests }
}

/** A figure of one, as part of the other's in the same round: the middle of all rounds. */
export function ratio<Name extends string>(
  rounds: Rounds<Name, TurnReport>,
  one: Name,
  other: Name,
  figure: (report: TurnReport) => number,
): number {
  const others = rounds.get(other) ?? []
  return middle(
    (rounds.get(one) ?? []).map((report, round) => {
      const beside = others[round]
      return beside === undefined ? Number.NaN : figure(report) / figure(beside)
    }),
  )
}

export function middleOf<Name extends string>(
  rounds: Rounds<Name, TurnReport>,
  name: Name,
  figure: (report: TurnReport) => number,
): number {
  return middle((rounds.get(name) ?? []).map(figure))
}

function middle(values: readonly number[]): number {
  return percentile(Float64Array.from(values).sort(), 0.5)
}
