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

/**
 * Many short turns after each other, after one that counts for nothing: what else the machine does concerns all alike. `turnsOf`: one
 * for each process that does the same. They differ by more than what is asked, by what V8 has come to think of Node's own functions
 * while they started: the quickest of them counts.
 */
export async function takeTurns<Name extends string>(
  names: readonly Name[],
  extent: Extent,
  turnsOf: (name: Name) => readonly Turn[],
): Promise<Rounds<Name, TurnReport>> {
  const { rounds, part } = EXTENT[extent]
  const seats = new Map(names.flatMap(name => seatsOf(name, turnsOf(name))))
  const turn = (seat: string) => {
    const whole = seats.get(seat)
    if (whole === undefined) throw new Error(`Nobody sits at ${seat}`)
    return { ...whole, requests: Math.ceil(whole.requests * part) }
  }
  const load = startLoadGenerator()
  try {
    for (const seat of seats.keys()) await take(load, turn(seat))
    const all = await interleave([...seats.keys()], rounds, seat => take(load, turn(seat)))
    return new Map(names.map(name => [name, quickest(all, seatsOf(name, turnsOf(name)))]))
  } finally {
    load.stop()
  }
}

type Seat = readonly [seat: string, turn: Turn]

function seatsOf(name: string, turns: readonly Turn[]): readonly Seat[] {
  return turns.map((turn, process) => [`${name} ${process}`, turn])
}

/** The reports of the one process that takes the least of its processor. */
function quickest(all: Rounds<string, TurnReport>, seats: readonly Seat[]): readonly TurnReport[] {
  const cost = (seat: string) => middleOf(all, seat, ({ cpuMicros }) => cpuMicros)
  const [best = ''] = seats.map(([seat]) => seat).sort((one, other) => cost(one) - cost(other))
  return all.get(best) ?? []
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
