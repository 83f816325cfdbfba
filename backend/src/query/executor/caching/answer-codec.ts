import type { Codec } from '../../../capabilities/cache/index.ts'
import { parseSnapshot, type Snapshot } from '../../cacheability/index.ts'
import type { Answer, KeptAnswer } from '../types.ts'

/** What stands before the body: the rest of the answer, and its snapshot. */
type Head = readonly [
  snapshot: string,
  hasBody: 0 | 1,
  rows: number,
  total: number | null,
  status: string | null,
  headers: string | null,
]
const NEWLINE = 10

/**
 * Answers as bytes: one line of JSON, then the body as it is. JSON has no raw newline, so the first one ends the line. Throws a
 * SyntaxError for anything else.
 */
export const ANSWER_CODEC: Codec<KeptAnswer, Snapshot> = Object.freeze({
  encode({ answer, snapshot }: KeptAnswer): Buffer {
    const { body, rows, total, status, headers } = answer
    const head: Head = [snapshotText(snapshot), body === null ? 0 : 1, rows, total, status, headers]
    return Buffer.from(`${JSON.stringify(head)}\n${body ?? ''}`)
  },
  decode(bytes: Buffer): KeptAnswer {
    const end = bytes.indexOf(NEWLINE)
    if (end < 0) throw new SyntaxError('no head')
    const head: unknown = JSON.parse(bytes.toString('utf8', 0, end))
    if (!isHead(head)) throw new SyntaxError('another head')
    const [snapshot, hasBody, rows, total, status, headers] = head
    const body = hasBody === 1 ? bytes.toString('utf8', end + 1) : null
    const answer = keepable({ body, rows, total, status, headers })
    return { answer, snapshot: parseSnapshot(snapshot) }
  },
  encodeVersion: snapshotText,
  decodeVersion: parseSnapshot,
})

/** An answer without what belongs to the request that it was read for. */
export function keepable(
  answer: Pick<Answer, 'body' | 'rows' | 'total' | 'status' | 'headers'>,
): Answer {
  return {
    body: answer.body,
    rows: answer.rows,
    total: answer.total,
    estimated: null,
    status: answer.status,
    headers: answer.headers,
    location: null,
    inserted: null,
    databaseMs: 0,
    waitMs: 0,
  }
}

/** As PostgreSQL writes it. */
export function snapshotText({ xmin, xmax, running }: Snapshot): string {
  return `${xmin}:${xmax}:${[...running].join(',')}`
}

function isHead(value: unknown): value is Head {
  if (!isList(value) || value.length !== 6) return false
  const [snapshot, hasBody, rows, total, status, headers] = value
  const areRight = typeof snapshot === 'string' && typeof hasBody === 'number'
  return (
    areRight && typeof rows === 'number' && isNumber(total) && isText(status) && isText(headers)
  )
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}

function isNumber(value: unknown): boolean {
  return value === null || typeof value === 'number'
}

function isText(value: unknown): boolean {
  return value === null || typeof value === 'string'
}
