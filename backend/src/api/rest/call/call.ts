import type { TransactionContext } from '../../../query/executor/index.ts'
import { guardedRows } from '../../../query/sql/index.ts'
import { cachingOf } from '../caching/caching.ts'
import { asUnderstood } from '../caching/conditional.ts'
import { tellingCache } from '../caching/telling-cache.ts'
import { consistencyOf, tellingToken } from '../consistency.ts'
import { transactionContext } from '../context.ts'
import { deadlineOf } from '../deadline.ts'
import { MaxAffectedError, SingularityError } from '../errors.ts'
import { idempotencyOf, tellingReplay } from '../idempotency.ts'
import type { RestInput } from '../input.ts'
import type { RestResponse } from '../response.ts'
import type { RestServices } from '../services.ts'
import { createTiming } from '../timing.ts'
import { mayBeRemembered } from '../validation/judge.ts'
import { callResponse } from './respond.ts'
import { understandCall, type UnderstoodCall } from './understand.ts'

/** Calls a function: text in, text out. */
export async function call(input: RestInput, services: RestServices): Promise<RestResponse> {
  const timing = services.rules.http.serverTiming ? createTiming(services.clock) : undefined
  const { rules } = services
  const catalog = services.catalog()
  const understood = understandCall(asUnderstood(input, services), catalog, services)
  timing?.mark('plan')
  const { prepared, parameters, preferences, access } = understood
  const { routine } = prepared.plan
  const asked = { ...understood, routine }
  const context = transactionContext(input, asked, catalog, rules.database, access)
  const caching = mayBeKept(input, context) ? cachingOf(input, prepared, services) : undefined
  const execution = {
    statement: prepared.statement,
    parameters,
    context,
    signal: input.signal,
    consistency: context.readOnly ? consistencyOf(input.headers, preferences) : undefined,
    deadline: deadlineOf(preferences, rules.database, services.clock),
    isVolatile: routine.volatility === 'volatile',
    idempotency: idempotencyOf(input, context, rules.rest),
    caching,
  }
  const answer = await services.executor.run(execution).catch((error: unknown) => {
    throw refusalOf(error, understood)
  })
  timing?.mark('transaction', answer.databaseMs)
  const replayed = tellingReplay(callResponse(answer, understood), answer)
  const { cached: mark } = answer
  const { version } = catalog
  if (mayBeRemembered(input.judge, prepared.plan.returning, answer.rows)) {
    services.hits?.remember({ input, preferences, version, response: replayed, mark })
  }
  const response = context.readOnly
    ? tellingCache(replayed, answer.cached, input, caching?.ask)
    : tellingToken(replayed, answer, input.headers, rules)
  return timing === undefined ? response : timing.addTo(response)
}

/** Longer arguments would make keys that are larger than what is kept under them. */
const KEPT_BODY_BYTES_MAX = 4_096

/** Its answer may be given to another call, whether its arguments come in the URL or in a body. */
function mayBeKept(
  { body }: Pick<RestInput, 'body'>,
  { readOnly }: Pick<TransactionContext, 'readOnly'>,
): boolean {
  return readOnly && (body === undefined || body.length <= KEPT_BODY_BYTES_MAX)
}

/** What the guard of the statement has to say, if it was the guard that failed it; otherwise the error as it is. */
function refusalOf(error: unknown, { guard }: UnderstoodCall): unknown {
  const rows = guard && guardedRows(error)
  if (rows === undefined) return error
  return guard?.kind === 'one' ? new SingularityError(rows) : new MaxAffectedError(rows)
}
