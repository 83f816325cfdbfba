import { setTimeout as sleep } from 'node:timers/promises'
import type { TestedPool } from './contestants.ts'
import { statementOf } from './work.ts'

/** Callers that go on while the server does not: an error is counted, and after a pause they ask again. */
export interface OutageOrder {
  readonly kind: 'outage'
  readonly callers: number
  readonly durationMs: number
}

export interface OutageReport {
  readonly answered: number
  readonly failed: number
  /** The longest time without an answer, and when it ended (since the epoch), in milliseconds. */
  readonly longestGapMs: number
  readonly gapEndedAtMs: number
}

/** What a web server's own clients would do. */
const PAUSE_MS = 20

export async function runOutage(
  pool: TestedPool,
  { callers, durationMs }: OutageOrder,
): Promise<OutageReport> {
  const endsAt = performance.now() + durationMs
  let [answered, failed, longestGapMs, gapEndedAt] = [0, 0, 0, 0]
  let lastAt = performance.now()
  const onAnswer = () => {
    const now = performance.now()
    answered++
    if (now - lastAt > longestGapMs) [longestGapMs, gapEndedAt] = [now - lastAt, now]
    lastAt = now
  }
  const caller = async () => {
    for (let turn = 0; performance.now() < endsAt; turn++) {
      const isAnswered = await pool.run(statementOf({ kind: 'one-row' }, turn), false).then(
        () => true,
        () => false,
      )
      if (isAnswered) onAnswer()
      else failed++
      await sleep(PAUSE_MS)
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  return { answered, failed, longestGapMs, gapEndedAtMs: performance.timeOrigin + gapEndedAt }
}
