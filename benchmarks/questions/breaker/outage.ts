import { greatest, interleave } from '../../harness/interleave.ts'
import { atMost, type Trial } from '../../harness/trial.ts'
import type { OutageReport } from '../../programs/breaker/outage.ts'
import { CALL_WAYS, type CallWay } from '../../programs/breaker/retrying.ts'
import { askOnce } from './workers.ts'

const CALLERS = 100
const EXTENT = {
  full: { rounds: 3, durationMs: 2_000 },
  quick: { rounds: 1, durationMs: 500 },
}

export const outage: Trial = {
  name: 'outage',
  title: `A backend that fails every call, ${CALLERS} callers with up to 3 retries`,
  async run(extent) {
    const { rounds: count, durationMs } = EXTENT[extent]
    const rounds = await interleave(CALL_WAYS, count, way =>
      askOnce<OutageReport>(undefined, { kind: 'outage', way, callers: CALLERS, durationMs }),
    )
    const amplification = (way: CallWay) =>
      greatest(rounds, way, ({ calls, tries }) => tries / calls)
    return {
      columns: [
        { name: 'tries a call', digits: 2 },
        { name: 'calls', digits: 0 },
        { name: 'tries', digits: 0 },
      ],
      rows: CALL_WAYS.map(way => ({
        name: way,
        values: [
          amplification(way),
          greatest(rounds, way, ({ calls }) => calls),
          greatest(rounds, way, ({ tries }) => tries),
        ],
      })),
      bars: [
        atMost('tries a call, retry budget alone', amplification('S-Tier retries'), 1.3),
        atMost('tries a call, breaker and retries', amplification('S-Tier run'), 1.3),
      ],
      raw: Object.fromEntries(rounds),
    }
  },
}
