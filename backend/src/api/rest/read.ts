import { DatabaseError } from '../../capabilities/pool/index.ts'
import type { Answer, Execution } from '../../query/executor/index.ts'
import type { Identity } from '../http/index.ts'
import { transactionContext } from './context.ts'
import { UnknownTimezoneError } from './errors.ts'
import type { RestRules } from './options.ts'
import { type RestResponse, readResponse } from './respond.ts'
import type { RestServices } from './services.ts'
import { createTiming } from './timing.ts'
import { type ReadCall, type ReadInput, understandRead } from './understand.ts'

/** A read as it arrives, with who asks and how to tell that nobody waits any more. */
export interface ReadRequestInput extends ReadInput {
  readonly path: string
  readonly identity: Identity
  readonly signal: Execution['signal']
}

/** Reads a relation: text in, text out. */
export async function read(input: ReadRequestInput, services: RestServices): Promise<RestResponse> {
  const timing = services.rules.http.serverTiming ? createTiming() : undefined
  const catalog = services.catalog()
  const call = understandRead(input, catalog, services)
  timing?.mark('plan')
  const context = transactionContext(input, call, catalog, services.rules.database)
  const { answer, timezone } = await run(input, call, context, services)
  timing?.mark('transaction', answer.databaseMs)
  const response = readResponse(answer, call, locationOf(input, services.rules.rest), { timezone })
  return timing === undefined ? response : timing.addTo(response)
}

/**
 * A time zone that PostgreSQL refuses fails the transaction before anything has happened. Asked for strictly that is
 * the answer; otherwise the request runs without it (PostgREST: references/api/preferences, "Timezone").
 */
async function run(
  { signal }: ReadRequestInput,
  { prepared: { statement }, parameters, preferences }: ReadCall,
  context: Execution['context'],
  { executor }: RestServices,
): Promise<{ answer: Answer; timezone: boolean }> {
  const { timezone, handling } = preferences
  try {
    const answer = await executor.run({ statement, parameters, context, signal })
    return { answer, timezone: true }
  } catch (error) {
    if (timezone === undefined || !isUnknownTimezone(error)) throw error
    if (handling === 'strict') throw new UnknownTimezoneError(timezone)
    const settings = context.settings.filter(([name]) => name !== 'timezone')
    const answer = await executor.run({
      statement,
      parameters,
      context: { ...context, settings },
      signal,
    })
    return { answer, timezone: false }
  }
}

function isUnknownTimezone(error: unknown): boolean {
  const isParameter = error instanceof DatabaseError && error.code === '22023'
  return isParameter && error.message.includes('"TimeZone"')
}

/** The path with its query string in alphabetical order: equal requests have equal locations. */
function locationOf({ relation, queryString }: ReadInput, { prefix }: RestRules): string {
  const path = `${prefix === '/' ? '' : prefix}/${encodeURIComponent(relation)}`
  if (queryString === '') return path
  if (!queryString.includes('&')) return `${path}?${queryString}`
  return `${path}?${queryString.split('&').sort().join('&')}`
}
