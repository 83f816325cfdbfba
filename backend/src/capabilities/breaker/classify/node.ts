import type { Ending } from '../gate.ts'
import { codeOf, type EndingRule, endingIn, nameOf } from './table.ts'

/** Errors of sockets, name look-up, TLS and `fetch`, by the codes that Node and undici give them. */
export const NODE_ENDINGS: readonly EndingRule[] = Object.freeze([
  {
    codes: ['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ENOTCONN'],
    ending: 'failure',
    why: 'nothing listens, or it hung up',
  },
  {
    codes: ['ETIMEDOUT', 'ESOCKETTIMEDOUT', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN'],
    ending: 'failure',
    why: 'it cannot be reached',
  },
  { codes: ['ENOTFOUND', 'EAI_*'], ending: 'failure', why: 'its name leads nowhere' },
  {
    codes: ['UND_ERR_ABORTED', 'ABORT_ERR'],
    ending: 'neutral',
    why: 'the caller stopped it',
  },
  {
    codes: ['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED', 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH'],
    ending: 'neutral',
    why: 'nothing was sent: the call itself is wrong',
  },
  { codes: ['UND_ERR_*'], ending: 'failure', why: 'time-outs and broken sockets of `fetch`' },
  { codes: ['HPE_*'], ending: 'failure', why: 'its answer is no HTTP' },
  {
    codes: ['ERR_STREAM_PREMATURE_CLOSE', 'ERR_SOCKET_CLOSED', 'ERR_SOCKET_CONNECTION_TIMEOUT'],
    ending: 'failure',
    why: 'it hung up in the middle',
  },
  {
    codes: ['ERR_TLS_*', 'CERT_*', 'DEPTH_ZERO_*', 'SELF_SIGNED_*', 'UNABLE_TO_*'],
    ending: 'failure',
    why: 'TLS: nobody gets through until it is mended',
  },
  {
    codes: ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL'],
    ending: 'neutral',
    why: 'this process has run out of something',
  },
])

const endingOfCode = endingIn(NODE_ENDINGS)

/** Undefined when the error is none of Node's. */
export function classifyNode(error: unknown): Ending | undefined {
  const name = nameOf(error)
  if (name === 'TimeoutError') return 'failure' // What AbortSignal.timeout gives: the time has stopped it.
  const code = codeOf(error)
  const ending = code === undefined ? undefined : endingOfCode(code)
  return ending ?? (name === 'AbortError' ? 'neutral' : undefined)
}
