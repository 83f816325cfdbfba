import { RefusedError } from '../errors.ts'
import type { Ending } from '../gate.ts'
import { classifyNode } from './node.ts'
import { type EndingRule, endingIn, isObject } from './table.ts'

/** By status. */
export const HTTP_ENDINGS: readonly EndingRule[] = Object.freeze([
  {
    codes: ['501', '505'],
    ending: 'success',
    why: 'it never does this: the request is wrong for it',
  },
  { codes: ['5*'], ending: 'failure', why: 'it failed' },
  { codes: ['429'], ending: 'failure', why: 'it asks for fewer calls' },
  {
    codes: ['408', '425', '499'],
    ending: 'neutral',
    why: 'about how the request arrived, or whether anybody waited',
  },
  { codes: ['1*', '2*', '3*', '4*'], ending: 'success', why: 'it answered' },
])

const endingOfStatus = endingIn(HTTP_ENDINGS)

/** What a status, or the error of a call over HTTP, says about the server. An error without status or known code is a failure. */
export function classifyHttp(answer: unknown): Ending {
  const status = statusOf(answer)
  if (status !== undefined) return endingOfStatus(String(status)) ?? 'failure'
  if (answer instanceof RefusedError) return 'neutral'
  return classifyNode(answer) ?? 'failure'
}

/** Where clients of HTTP put it: on the error, or on the response that it carries. */
function statusOf(answer: unknown): number | undefined {
  if (typeof answer === 'number') return answer
  if (!isObject(answer) || answer instanceof RefusedError) return undefined
  const { status, statusCode, response } = answer
  const own = [status, statusCode].find(value => typeof value === 'number')
  return own ?? (isObject(response) ? statusOf(response) : undefined)
}
