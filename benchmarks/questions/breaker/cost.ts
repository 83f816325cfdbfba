import { interleave, least, type Rounds } from '../../harness/interleave.ts'
import { atMost, type Outcome, type Trial, type TrialBar } from '../../harness/trial.ts'
import { CONTESTANTS, type Contestant } from '../../programs/breaker/contestants.ts'
import type { CostReport } from '../../programs/breaker/cost.ts'
import { askOnce } from './workers.ts'

const EXTENT = {
  full: { rounds: 7, calls: 400_000 },
  quick: { rounds: 2, calls: 50_000 },
}

/** Node.js is told of every promise that is rejected before somebody awaits it. */
const REJECTED_PROMISE = 'The row `none` is what a rejected promise costs by itself'

type Nanos = (contestant: Contestant) => number

export const closed: Trial = {
  name: 'closed',
  title: 'A call through a closed breaker',
  run: async extent => outcome(await measure('closed', EXTENT[extent]), barsOfClosed),
}

export const rejected: Trial = {
  name: 'rejected',
  title: 'A call that an open breaker refuses',
  run: async extent => outcome(await measure('rejected', EXTENT[extent]), barsOfRejected),
}

function measure(kind: 'closed' | 'rejected', { rounds, calls }: (typeof EXTENT)['full']) {
  const order = { kind, calls: kind === 'closed' ? calls : calls / 4 }
  return interleave(CONTESTANTS, rounds, name => askOnce<CostReport>(name, order))
}

function barsOfClosed(nanos: Nanos): readonly TrialBar[] {
  const above = (name: Contestant) => nanos(name) - nanos('none')
  return [
    atMost('enter and leave, ns above no breaker', above('S-Tier enter'), 150),
    atMost('run, ns above no breaker', above('S-Tier run'), 150),
    atMost('run, of what opossum adds', above('S-Tier run') / above('opossum'), 0.5),
  ]
}

function barsOfRejected(nanos: Nanos): readonly TrialBar[] {
  const ours = nanos('S-Tier run')
  return [
    atMost('a refusal by enter, ns', nanos('S-Tier enter'), 1_500),
    atMost('a rejection by run, ns', ours, 1_500, REJECTED_PROMISE),
    atMost("a rejection, of opossum's", ours / nanos('opossum'), 0.25),
    atMost("a rejection, of cockatiel's", ours / nanos('cockatiel'), 0.25),
  ]
}

function outcome(
  rounds: Rounds<Contestant, CostReport>,
  judge: (nanos: Nanos) => readonly TrialBar[],
): Outcome {
  const nanos: Nanos = name => least(rounds, name, report => report.cpuNanos)
  return {
    columns: [
      { name: 'CPU, ns a call', digits: 0 },
      { name: 'above no breaker, ns', digits: 0 },
    ],
    rows: CONTESTANTS.map(name => ({ name, values: [nanos(name), nanos(name) - nanos('none')] })),
    bars: judge(nanos),
    raw: Object.fromEntries(rounds),
  }
}
