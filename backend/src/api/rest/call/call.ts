import { guardedRows } from '../../../query/sql/index.ts'
import { transactionContext } from '../context.ts'
import { MaxAffectedError, SingularityError } from '../errors.ts'
import { idempotencyOf, tellingReplay } from '../idempotency.ts'
import type { RestInput } from '../input.ts'
import type { RestResponse } from '../response.ts'
import type { RestServices } from '../services.ts'
import { createTiming } from '../timing.ts'
import { callResponse } from './respond.ts'
import { understandCall, type UnderstoodCall } from './understand.ts'

/** Calls a function: text in, text out. */
export async function call(input: RestInput, services: RestServices): Promise<RestResponse> {
  const timing = services.rules.http.serverTiming ? createTiming(services.clock) : undefined
  const catalog = services.catalog()
  const understood = understandCall(input, catalog, services)
  timing?.mark('plan')
  const { prepared, parameters, access } = understood
  const asked = { ...understood, routine: prepared.plan.routine }
  const context = transactionContext(input, asked, catalog, services.rules.database, access)
  const { statement } = prepared
  const idempotency = idempotencyOf(input, context, services.rules.rest)
  const execution = { statement, parameters, context, signal: input.signal, idempotency }
  const answer = await services.executor.run(execution).catch((error: unknown) => {
    throw refusalOf(error, understood)
  })
  timing?.mark('transaction', answer.databaseMs)
  const response = tellingReplay(callResponse(answer, understood), answer)
  return timing === undefined ? response : timing.addTo(response)
}

/** What the guard of the statement has to say, if it was the guard that failed it; otherwise the error as it is. */
function refusalOf(error: unknown, { guard }: UnderstoodCall): unknown {
  const rows = guard && guardedRows(error)
  if (rows === undefined) return error
  return guard?.kind === 'one' ? new SingularityError(rows) : new MaxAffectedError(rows)
}
