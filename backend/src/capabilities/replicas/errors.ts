import { STierError } from '../../base/index.ts'

/** No node takes writes at the moment, and waiting for one did not help. */
export class NoPrimaryError extends STierError {
  readonly code = 'ST502'
  readonly status = 503

  constructor(waitedMs: number) {
    super('No database node takes writes at the moment', {
      details: `Waited ${Math.round(waitedMs)} ms for a primary`,
      hint: 'Nothing was written. Try again in 1 s; reads go on meanwhile.',
      headers: { 'retry-after': '1' },
    })
  }
}

/** No node can answer this read at the moment: none is reachable, or none is known to be as new as was asked for. */
export class NoNodeError extends STierError {
  readonly code = 'ST503'
  readonly status = 503

  constructor(waitedMs: number) {
    super('No database node can answer this read at the moment', {
      details: `Waited ${Math.round(waitedMs)} ms for one that is reachable and as new as was asked for`,
      hint: 'Try again in 1 s, or ask without a consistency token and max-staleness if older rows will do.',
      headers: { 'retry-after': '1' },
    })
  }
}
