import { DatabaseError } from '../../capabilities/pool/index.ts'
import type { Answer, Execution, Executor } from '../../query/executor/index.ts'
import { UnknownTimezoneError } from './errors.ts'
import type { Preferences } from './parse/index.ts'

/** What a transaction answered, and whether it ran in the time zone that was asked for. */
export interface Ran {
  readonly answer: Answer
  readonly timezone: boolean
}

/**
 * A time zone that PostgreSQL refuses fails the transaction before anything has happened. Asked for strictly that is
 * the answer; otherwise the request runs without it (PostgREST: references/api/preferences, "Timezone").
 */
export async function run(
  execution: Execution,
  { timezone, handling }: Preferences,
  executor: Executor,
): Promise<Ran> {
  try {
    return { answer: await executor.run(execution), timezone: true }
  } catch (error) {
    if (timezone === undefined || !isUnknownTimezone(error)) throw error
    if (handling === 'strict') throw new UnknownTimezoneError(timezone)
    const settings = execution.context.settings.filter(([name]) => name !== 'timezone')
    const context = { ...execution.context, settings }
    return { answer: await executor.run({ ...execution, context }), timezone: false }
  }
}

function isUnknownTimezone(error: unknown): boolean {
  const isParameter = error instanceof DatabaseError && error.code === '22023'
  return isParameter && error.message.includes('"TimeZone"')
}
