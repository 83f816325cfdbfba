import { lineOf } from './shown.ts'
import type { Principal, SecurityEvent } from './types.ts'

const EVENTS_MAX = 2_048
const LINES_MAX = 10
/** Reads of fewer rows are too many to be remembered. */
const ROWS_MIN = 1_000

/** The last events that may matter later, whoever they are of. */
export class Evidence {
  readonly #events: SecurityEvent[] = []
  #next = 0

  keep(event: SecurityEvent): void {
    const isData = event.kind === 'read' || event.kind === 'write'
    if (isData && (event.rows ?? 0) < ROWS_MIN) return
    this.#events[this.#next] = event
    this.#next = (this.#next + 1) % EVENTS_MAX
  }

  /** What was told of somebody, the latest last; the event that led to the question always. */
  about(principal: Principal, crossing: SecurityEvent): readonly string[] {
    const lines = [lineOf(crossing)]
    const count = this.#events.length
    for (let back = 1; back <= count && lines.length < LINES_MAX; back++) {
      const event = this.#events[(this.#next - back + EVENTS_MAX) % EVENTS_MAX]
      if (event === undefined || event === crossing || !isAbout(event, principal)) continue
      lines.push(lineOf(event))
    }
    return lines.reverse()
  }
}

function isAbout(event: SecurityEvent, { kind, ip, user, token, role, route }: Principal): boolean {
  switch (kind) {
    case 'ip':
      return event.ip === ip
    case 'user':
      return event.user === user
    case 'user+ip':
      return event.user === user && event.ip === ip
    case 'token':
      return event.tokenHash === token
    case 'role+route':
      return event.role === role && event.route === route
    case 'credential':
      return event.credentialHash === token
    case 'all':
      return true
  }
}
