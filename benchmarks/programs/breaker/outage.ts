import { setTimeout as sleep } from 'node:timers/promises'
import { CALLS, type CallWay } from './retrying.ts'

/** Callers that go on calling a backend of which every call fails, and try each call up to four times. */
export interface OutageOrder {
  readonly kind: 'outage'
  readonly way: CallWay
  readonly callers: number
  readonly durationMs: number
}

export interface OutageReport {
  readonly calls: number
  /** What the backend got. */
  readonly tries: number
}

const FAILS_AFTER_MS = 5
/** Between two calls of a caller. */
const PAUSE_MS = 20

export async function runOutage({ way, callers, durationMs }: OutageOrder): Promise<OutageReport> {
  let [calls, tries] = [0, 0]
  const call = CALLS[way](async () => {
    tries++
    await sleep(FAILS_AFTER_MS)
    throw new Error('The backend is down')
  })
  const endsAt = performance.now() + durationMs
  const caller = async () => {
    while (performance.now() < endsAt) {
      calls++
      await call().catch(() => sleep(PAUSE_MS))
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  return { calls, tries }
}
