import { seededRandom } from '../harness/statistics.ts'
import type { LoadOrder } from './messages.ts'

/** When each request is due, in milliseconds from the start: gaps as between callers who know nothing of each other. */
export function dueTimes({
  arrivals,
  requestsMax,
  durationMs,
}: Pick<LoadOrder, 'arrivals' | 'requestsMax' | 'durationMs'>): Float64Array {
  if (arrivals === undefined) return new Float64Array(0)
  const random = seededRandom(arrivals.seed)
  const meanGapMs = 1_000 / arrivals.perSecond
  const times = new Float64Array(requestsMax)
  let count = 0
  for (let due = 0; count < requestsMax; count++) {
    due -= meanGapMs * Math.log(1 - random())
    if (due >= durationMs) break
    times[count] = due
  }
  return times.slice(0, count)
}
