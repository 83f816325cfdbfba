import { transactionContext } from '../context.ts'
import { idempotencyOf, tellingReplay } from '../idempotency.ts'
import type { RestInput } from '../input.ts'
import { locationOf } from '../location.ts'
import type { RestResponse } from '../response.ts'
import type { RestServices } from '../services.ts'
import { createTiming } from '../timing.ts'
import { refusalOf } from './refusal.ts'
import { writeResponse } from './respond.ts'
import { understandWrite } from './understand.ts'

/** Writes to a relation: text in, text out. */
export async function write(input: RestInput, services: RestServices): Promise<RestResponse> {
  const timing = services.rules.http.serverTiming ? createTiming(services.clock) : undefined
  const catalog = services.catalog()
  const call = understandWrite(input, catalog, services)
  timing?.mark('plan')
  const context = transactionContext(input, call, catalog, services.rules.database, 'read-write')
  const { parameters, prepared } = call
  const { statement } = prepared
  const idempotency = idempotencyOf(input, context, services.rules.rest)
  const execution = { statement, parameters, context, signal: input.signal, idempotency }
  const answer = await services.executor.run(execution).catch((error: unknown) => {
    throw refusalOf(error, { ...call, plan: prepared.plan })
  })
  timing?.mark('transaction', answer.databaseMs)
  const path = locationOf({ name: input.name, queryString: '' }, services.rules.rest)
  const response = tellingReplay(writeResponse(answer, call, path), answer)
  return timing === undefined ? response : timing.addTo(response)
}
