import { tellingToken } from '../consistency.ts'
import { transactionContext } from '../context.ts'
import { deadlineOf } from '../deadline.ts'
import { idempotencyOf, tellingReplay } from '../idempotency.ts'
import type { RestInput } from '../input.ts'
import { locationOf } from '../location.ts'
import type { RestResponse } from '../response.ts'
import type { RestServices } from '../services.ts'
import { createTiming } from '../timing.ts'
import { refusalOf } from './refusal.ts'
import { explained } from '../validation/refuse.ts'
import { keepingOf } from './row-read.ts'
import { writeResponse } from './respond.ts'
import { understandWrite } from './understand.ts'

/** Writes to a relation: text in, text out. */
export async function write(input: RestInput, services: RestServices): Promise<RestResponse> {
  const timing = services.rules.http.serverTiming ? createTiming(services.clock) : undefined
  const { rules } = services
  const catalog = services.catalog()
  const call = understandWrite(input, catalog, services)
  timing?.mark('plan')
  const context = transactionContext(input, call, catalog, rules.database, 'read-write')
  const { parameters, preferences, prepared } = call
  const execution = {
    statement: prepared.statement,
    parameters,
    context,
    signal: input.signal,
    leavesNoTrace: prepared.leavesNoTrace,
    deadline: deadlineOf(preferences, rules.database, services.clock),
    idempotency: idempotencyOf(input, context, rules.rest),
    keeping: keepingOf(input, prepared, services),
  }
  const answer = await services.executor.run(execution).catch((error: unknown) => {
    const { plan } = prepared
    const told = refusalOf(error, { ...call, plan })
    throw explained(told, { plan, role: input.identity.role, catalog, found: call.found })
  })
  timing?.mark('transaction', answer.databaseMs)
  input.judge?.answers(prepared.plan.returning, answer.rows)
  const path = locationOf({ name: input.name, queryString: '' }, rules.rest)
  const replayed = tellingReplay(writeResponse(answer, call, path), answer)
  const response = tellingToken(replayed, answer, input.headers, rules)
  return timing === undefined ? response : timing.addTo(response)
}
