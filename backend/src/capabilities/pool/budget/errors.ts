import { STierError } from '../../../base/index.ts'

/** The registry of the fleet's budget cannot be reached. The process goes on with its safe capacity. For logs. */
export class RegistryLostError extends STierError {
  readonly code = 'ST518'
  readonly status = 503
  /** What all processes together may have, if it is known nevertheless. */
  readonly total: number | undefined

  constructor(where: string, cause?: unknown, total?: number) {
    super(`The registry of the connection budget cannot be reached: ${where}`, {
      hint: 'Until it can, this process uses no more connections than budget.safe.',
      cause,
    })
    this.total = total
  }
}

/** Nothing can be shared here: locks of a session mean nothing behind a pooler. For logs. */
export class BudgetImpossibleError extends STierError {
  readonly code = 'ST519'
  readonly status = 503
  /** As above. */
  readonly total: number | undefined

  constructor(why: string, total?: number) {
    super(`Processes cannot share a connection budget here: ${why}`, {
      hint: 'Share it through Redis (redis.url), set budget.safe, or set budget.mode to off.',
    })
    this.total = total
  }
}
