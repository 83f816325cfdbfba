import type { Ending } from '../gate.ts'
import { classifyNode } from './node.ts'
import { codeOf, type EndingRule, endingIn, isObject, nameOf, textOf } from './table.ts'

/** By the first word of Redis' answer, or the code of this server's own error. */
export const REDIS_ENDINGS: readonly EndingRule[] = Object.freeze([
  { codes: ['LOADING', 'MASTERDOWN', 'CLUSTERDOWN'], ending: 'failure', why: 'not ready' },
  { codes: ['BUSY'], ending: 'failure', why: 'a script blocks it for everybody' },
  {
    codes: ['OOM', 'MISCONF', 'NOREPLICAS', 'READONLY'],
    ending: 'failure',
    why: 'it takes no writes at the moment',
  },
  {
    codes: ['NOAUTH', 'WRONGPASS'],
    ending: 'failure',
    why: 'nobody gets through until it is mended',
  },
  {
    codes: ['TRYAGAIN', 'UNBLOCKED'],
    ending: 'neutral',
    why: 'slots move, or somebody stopped it',
  },
  {
    codes: [
      ...['ERR', 'WRONGTYPE', 'NOSCRIPT', 'NOPERM', 'EXECABORT'],
      ...['MOVED', 'ASK', 'CROSSSLOT', 'BUSYGROUP', 'NOGROUP', 'NOPROTO'],
    ],
    ending: 'success',
    why: 'it answered: the command is wrong, or belongs elsewhere',
  },
  { codes: ['ST601', 'ST602'], ending: 'failure', why: 'no connection, or no answer in time' },
])

const endingOfCode = endingIn(REDIS_ENDINGS)

/** What an error of a command says about Redis. Errors of the connection come without a code: all else is a failure. */
export function classifyRedis(error: unknown): Ending {
  const answer = answerOf(error)
  const known = endingOfCode(answer ?? codeOf(error) ?? '')
  if (known !== undefined) return known
  if (isAnswer(error)) return 'success'
  // The client's own AbortError is a connection that went away; only a DOMException is a caller that did.
  if (nameOf(error) === 'AbortError' && !(error instanceof DOMException)) return 'failure'
  return classifyNode(error) ?? 'failure'
}

/** This server's error for whatever Redis answered has the first word in its details. */
const REFUSED = 'ST603'

function isAnswer(error: unknown): boolean {
  return nameOf(error) === 'ReplyError' || codeOf(error) === REFUSED
}

/** The first word of what Redis answered. */
function answerOf(error: unknown): string | undefined {
  if (!isObject(error)) return undefined
  if (codeOf(error) === REFUSED) return textOf(error['details'])
  const message = codeOf(error) === undefined ? textOf(error['message']) : undefined
  return message === undefined ? undefined : /^[A-Z]+(?= |$)/.exec(message)?.[0]
}
