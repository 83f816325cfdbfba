import { isObject } from '../../base/index.ts'
import type { DatabaseError } from '../../capabilities/pool/index.ts'
import type { ErrorResponse } from './error-response.ts'
import { headerBytes, isHeader } from './header-text.ts'

/**
 * `raise sqlstate 'PGRST'`: the database writes the whole answer as JSON in the message (code, message, details, hint)
 * and the detail (status, headers). PostgREST: references/errors, "Add HTTP Headers with RAISE".
 */
export function raisedResponse(error: DatabaseError): ErrorResponse {
  const message = parseObject(error.message)
  const detail = parseObject(textOf(error.details) ?? '')
  if (message === undefined || !isRaisedMessage(message))
    return unreadable('MESSAGE', error.message)
  if (detail === undefined || !isRaisedDetail(detail)) {
    return unreadable('DETAIL', textOf(error.details))
  }
  return {
    status: detail.status,
    headers: Object.fromEntries(
      Object.entries(detail.headers).map(([name, value]) => [name, headerBytes(value)]),
    ),
    body: JSON.stringify({
      code: message.code,
      details: message['details'] ?? null,
      hint: message['hint'] ?? null,
      message: message.message,
    }),
  }
}

type JsonObject = Record<string, unknown>

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isRaisedMessage(
  value: JsonObject,
): value is JsonObject & { code: string; message: string } {
  return typeof value['code'] === 'string' && typeof value['message'] === 'string'
}

function isRaisedDetail(
  value: JsonObject,
): value is JsonObject & { status: number; headers: Record<string, string> } {
  const { status, headers } = value
  const isStatus = Number.isInteger(status) && Number(status) >= 200 && Number(status) <= 599
  return isStatus && isObject(headers) && Object.entries(headers).every(pair => isHeader(pair))
}

function unreadable(part: 'MESSAGE' | 'DETAIL', text: string | null): ErrorResponse {
  return {
    status: 500,
    headers: { 'proxy-status': 'S-Tier; error=PGRST121' },
    body: JSON.stringify({
      code: 'PGRST121',
      details: `Invalid JSON value for ${part}: '${text ?? ''}'`,
      hint: EXPECTED[part],
      message: 'Could not parse JSON in the "RAISE SQLSTATE \'PGRST\'" error',
    }),
  }
}

const EXPECTED = Object.freeze({
  MESSAGE:
    "MESSAGE must be a JSON object with obligatory keys: 'code', 'message' and optional keys: 'details', 'hint'.",
  DETAIL:
    "DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key: 'status_text'.",
})

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
