import { STierError } from '../../base/index.ts'

/** A load took longer than its hard limit, and nothing older may be answered. */
export class LoadTimeoutError extends STierError {
  readonly code = 'ST640'
  readonly status = 504

  constructor(limitMs: number) {
    super('What was asked for could not be loaded in time', {
      details: `It had ${Math.ceil(limitMs)} ms`,
      hint: 'Try again later.',
    })
  }
}

/** The caller wants only what is stored (`only-if-cached`), and nothing that suits is. */
export class NotStoredError extends STierError {
  readonly code = 'ST641'
  readonly status = 504

  constructor() {
    super('Nothing is stored that may be answered', {
      hint: 'Leave out only-if-cached to have it loaded.',
    })
  }
}

/** The cache was closed while this was being loaded, or before it was asked for. */
export class CacheClosedError extends STierError {
  readonly code = 'ST642'
  readonly status = 503

  constructor() {
    super('The cache is closed')
  }
}
