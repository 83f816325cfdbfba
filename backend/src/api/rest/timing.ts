import type { RestResponse } from './response.ts'

/** Where the time of a request went, for the `Server-Timing` header (W3C Server Timing). */
export interface Timing {
  /** A part ends now; `durationMs` replaces the time since the part before. */
  mark(name: string, durationMs?: number): void
  addTo(response: RestResponse): RestResponse
}

export function createTiming(): Timing {
  const parts: string[] = []
  let last = performance.now()
  const mark = (name: string, durationMs?: number): void => {
    const now = performance.now()
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
