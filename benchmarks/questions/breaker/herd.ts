import { greatest, interleave } from '../../harness/interleave.ts'
import { atLeast, atMost, type Trial } from '../../harness/trial.ts'
import type { Contestant } from '../../programs/breaker/contestants.ts'
import type { AfterClosingReport, HalfOpenReport } from '../../programs/breaker/herd.ts'
import { askOnce } from './workers.ts'

const CALLERS = 1_000
const NAMES = ['S-Tier run', 'opossum', 'cockatiel'] as const satisfies readonly Contestant[]
const EXTENT = { full: { rounds: 5 }, quick: { rounds: 1 } }

export const halfOpen: Trial = {
  name: 'half-open',
  title: `${CALLERS} callers at once when the breaker has rested`,
  async run(extent) {
    const rounds = await interleave(NAMES, EXTENT[extent].rounds, name =>
      askOnce<HalfOpenReport>(name, { kind: 'half-open', callers: CALLERS }),
    )
    const worst = (name: (typeof NAMES)[number], figure: keyof HalfOpenReport) =>
      greatest(rounds, name, report => report[figure])
    const reached = worst('S-Tier run', 'reached')
    return {
      columns: [
        { name: 'reach the backend before the trial ends', digits: 0 },
        { name: 'rejected', digits: 0 },
        { name: 'their p99, ms', digits: 1 },
        { name: 'all, p50 ms', digits: 1 },
      ],
      rows: NAMES.map(name => ({
        name,
        values: (['reached', 'rejected', 'rejectedP99Ms', 'othersP50Ms'] as const).map(figure =>
          worst(name, figure),
        ),
      })),
      bars: [
        atMost('calls that reach the backend', reached, 1),
        atLeast('calls that reach the backend', reached, 1),
        atMost('rejected, p99 ms', worst('S-Tier run', 'rejectedP99Ms'), 20),
      ],
      raw: Object.fromEntries(rounds),
    }
  },
}

export const afterClosing: Trial = {
  name: 'after-closing',
  title: `${CALLERS} callers, a backend of capacity 10, the second after the breaker closes`,
  async run(extent) {
    const rounds = await interleave(NAMES, EXTENT[extent].rounds, name =>
      askOnce<AfterClosingReport>(name, { kind: 'after-closing', callers: CALLERS }),
    )
    const worst = (name: (typeof NAMES)[number], figure: keyof AfterClosingReport) =>
      greatest(rounds, name, report => report[figure])
    return {
      columns: [
        { name: 'at the backend at once, at most', digits: 0 },
        { name: 'answered', digits: 0 },
      ],
      rows: NAMES.map(name => ({
        name,
        values: [worst(name, 'runningMax'), worst(name, 'answered')],
      })),
      bars: [atMost('at the backend at once', worst('S-Tier run', 'runningMax'), 20)],
      raw: Object.fromEntries(rounds),
    }
  },
}
