import type { RestInput } from '../input.ts'
import { transactionContext } from '../context.ts'
import { locationOf } from '../location.ts'
import type { RestResponse } from '../response.ts'
import type { RestServices } from '../services.ts'
import { createTiming } from '../timing.ts'
import { readResponse } from './respond.ts'
import { understandRead } from './understand.ts'

/** Reads a relation: text in, text out. */
export async function read(input: RestInput, services: RestServices): Promise<RestResponse> {
  const timing = services.rules.http.serverTiming ? createTiming(services.clock) : undefined
  const catalog = services.catalog()
  const call = understandRead(input, catalog, services)
  timing?.mark('plan')
  const { statement } = call.prepared
  const context = transactionContext(input, call, catalog, services.rules.database, 'read-only')
  const { parameters } = call
  const execution = { statement, parameters, context, signal: input.signal }
  const answer = await services.executor.run(execution)
  timing?.mark('transaction', answer.databaseMs)
  const response = readResponse(answer, call, locationOf(input, services.rules.rest))
  return timing === undefined ? response : timing.addTo(response)
}
