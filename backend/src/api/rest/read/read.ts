import { cachingOf } from '../caching/caching.ts'
import { asUnderstood } from '../caching/conditional.ts'
import { tellingCache } from '../caching/telling-cache.ts'
import type { RestInput } from '../input.ts'
import { consistencyOf } from '../consistency.ts'
import { transactionContext } from '../context.ts'
import { deadlineOf } from '../deadline.ts'
import type { RestResponse } from '../response.ts'
import type { RestServices } from '../services.ts'
import { createTiming } from '../timing.ts'
import { mayBeRemembered } from '../validation/judge.ts'
import { readResponse } from './respond.ts'
import { understandRead } from './understand.ts'

/** Reads a relation: text in, text out. */
export async function read(input: RestInput, services: RestServices): Promise<RestResponse> {
  const timing = services.rules.http.serverTiming ? createTiming(services.clock) : undefined
  const { database } = services.rules
  const catalog = services.catalog()
  const call = understandRead(asUnderstood(input, services), catalog, services)
  timing?.mark('plan')
  const { parameters, preferences, prepared } = call
  const caching = cachingOf(input, prepared, services)
  const answer = await services.executor.run({
    statement: prepared.statement,
    parameters,
    context: transactionContext(input, call, catalog, database, 'read-only'),
    signal: input.signal,
    consistency: consistencyOf(input.headers, preferences),
    leavesNoTrace: prepared.leavesNoTrace,
    deadline: deadlineOf(preferences, database, services.clock),
    caching,
  })
  timing?.mark('transaction', answer.databaseMs)
  const plain = readResponse(answer, call)
  const { cached: mark } = answer
  const { version } = catalog
  if (mayBeRemembered(input.judge, prepared.plan, answer.rows)) {
    services.hits?.remember({ input, preferences, version, response: plain, mark })
  }
  const response = tellingCache(plain, mark, input, caching?.ask)
  return timing === undefined ? response : timing.addTo(response)
}
