import type { Observer } from '../../base/index.ts'
import type { Executor } from './types.ts'

/** What an executor tells when it is asked to. */
export interface ExecutorEvent {
  readonly kind: 'executor.ran'
  /** Without its values. */
  readonly sql: string
  /** Time of the round trip, in milliseconds; undefined when it failed. */
  readonly durationMs: number | undefined
}

/** The executor, telling the SQL of everything that it runs. */
export function toldExecutor(executor: Executor, observe: Observer<ExecutorEvent>): Executor {
  return {
    hedges: executor.hedges,
    async run(execution) {
      const sql = execution.statement.text
      try {
        const answer = await executor.run(execution)
        observe({ kind: 'executor.ran', sql, durationMs: answer.databaseMs })
        return answer
      } catch (error) {
        observe({ kind: 'executor.ran', sql, durationMs: undefined })
        throw error
      }
    },
  }
}
