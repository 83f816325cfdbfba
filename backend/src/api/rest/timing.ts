import type { Clock } from '../../base/index.ts'
import type { RestResponse } from './response.ts'

/** Where the time of a request went, for the `Server-Timing` header (W3C Server Timing). */
export interface Timing {
  /** A part ends now; `durationMs` replaces the time since the part before. */
  mark(name: string, durationMs?: number): void
  addTo(response: RestResponse): RestResponse
}

export function createTiming(clock: Clock): Timing {
  const parts: string[] = []
  let last = clock.now()
  const mark = (name: string, durationMs?: number): void => {
    const now = clock.now()
    parts.push(`${name};dur=${(durationMs ?? now - last).toFixed(1)}`)
    last = now
  }
  return {
    mark,
    addTo(response) {
      mark('response')
      return { ...response, headers: { ...response.headers, 'server-timing': parts.join(', ') } }
    },
  }
}
