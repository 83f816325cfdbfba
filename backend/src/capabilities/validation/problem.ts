import type { ValidationError } from './errors.ts'

/** An error as RFC 9457 has it, with all that is wrong in `errors`. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  readonly errors: readonly ProblemError[]
}

interface ProblemError {
  readonly pointer: string
  readonly rule: string
  readonly detail: string
  readonly hint?: string | undefined
  readonly bound?: number
}

export function problemOf({ status, code, faults, message }: ValidationError): Problem {
  const title = TITLES[status] ?? 'Invalid request'
  return { type: 'about:blank', title, status, detail: message, code, errors: faults }
}

const TITLES: Readonly<Record<number, string>> = Object.freeze({
  400: 'Bad Request',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
})
