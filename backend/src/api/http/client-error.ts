import type { Socket } from 'node:net'
import { type ErrorBody, response } from './error-response.ts'
import { securityHeaders } from './security-headers.ts'

interface Refusal extends ErrorBody {
  readonly status: string
}

const none = Object.freeze({ details: null, hint: null })
const MALFORMED: Refusal = Object.freeze({
  ...none,
  status: '400 Bad Request',
  code: 'ST106',
  hint: 'Percent-encode what is not ASCII in a URL.',
  message: 'Malformed HTTP',
})
/** By the code of Node's error. */
const REFUSALS: Readonly<Record<string, Refusal>> = Object.freeze({
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    code: 'ST105',
    details: null,
    hint: 'Send fewer or shorter headers, or raise http.headerBytesMax.',
    message: 'The request headers are larger than this server accepts',
  },
  HPE_INVALID_METHOD: {
    ...none,
    status: '400 Bad Request',
    code: 'ST106',
    details: 'The request does not begin with a method that HTTP knows',
    hint: 'Use GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS.',
    message: 'Unknown HTTP method',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    ...none,
    status: '408 Request Timeout',
    code: 'ST108',
    message: 'The request did not arrive completely in time',
  },
})

/** What Node's HTTP parser itself refuses, before there is a request: answered in the form of every error. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return
  const { status, ...refusal } = REFUSALS[error.code ?? ''] ?? MALFORMED
  const { headers, body } = response(0, refusal)
  const lines = Object.entries({
    ...always,
    ...headers,
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${status}\r\n${lines.join('')}\r\n${body}`)
}

const always = securityHeaders()
