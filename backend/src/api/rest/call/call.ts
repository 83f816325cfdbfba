import { guardedRows } from '../../../query/sql/index.ts'
import { consistencyOf, tellingToken } from '../consistency.ts'
import { transactionContext } from '../context.ts'
import { deadlineOf } from '../deadline.ts'
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
  const { rules } = services
  const catalog = services.catalog()
  const understood = understandCall(input, catalog, services)
  timing?.mark('plan')
  const { prepared, parameters, preferences, access } = understood
  const { routine } = prepared.plan
  const asked = { ...understood, routine }
  const context = transactionContext(input, asked, catalog, rules.database, access)
  const execution = {
    statement: prepared.statement,
    parameters,
    context,
    signal: input.signal,
    consistency: context.readOnly ? consistencyOf(input.headers, preferences) : undefined,
    deadline: deadlineOf(preferences, rules.database, services.clock),
    isVolatile: routine.volatility === 'volatile',
    idempotency: idempotencyOf(input, context, rules.rest),
  }
  const answer = await services.executor.run(execution).catch((error: unknown) => {
    throw refusalOf(error, understood)
  })
  timing?.mark('transaction', answer.databaseMs)
  const replayed = tellingReplay(callResponse(answer, understood), answer)
  const response = context.readOnly
    ? replayed
    : tellingToken(replayed, answer, input.headers, rules)
  return timing === undefined ? response : timing.addTo(response)
}

/** What the guard of the statement has to say, if it was the guard that failed it; otherwise the error as it is. */
function refusalOf(error: unknown, { guard }: UnderstoodCall): unknown {
  const rows = guard && guardedRows(error)
  if (rows === undefined) return error
  return guard?.kind === 'one' ? new SingularityError(rows) : new MaxAffectedError(rows)
}
