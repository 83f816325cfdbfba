import { expect, test } from 'vitest'
import { type AnswerSeen, createReader } from './connection.ts'

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello'

function read(pieces: readonly string[]): readonly AnswerSeen[] {
  const seen: AnswerSeen[] = []
  const reader = createReader(answer => seen.push(answer))
  for (const piece of pieces) reader(Buffer.from(piece))
  return seen
}

test('an answer is seen once it is complete, in however many pieces it arrives', () => {
  const whole = [{ status: 200, bytes: ANSWER.length }]
  expect(read([ANSWER])).toMatchObject(whole)
  expect(read(Array.from(ANSWER))).toMatchObject(whole)
  expect(read([ANSWER.slice(0, -1)])).toEqual([])
})

test('answers that follow each other are told apart', () => {
  const empty = 'HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n'
  const statuses = read([ANSWER, empty, ANSWER]).map(({ status }) => status)
  expect(statuses).toEqual([200, 404, 200])
})

test('an answer that never has content needs no length', () => {
  const statuses = read(['HTTP/1.1 204 No Content\r\nDate: now\r\n\r\n', ANSWER])
  expect(statuses.map(({ status }) => status)).toEqual([204, 200])
})

test('an answer without a length is refused rather than guessed at', () => {
  expect(() => read(['HTTP/1.1 200 OK\r\n\r\n'])).toThrow('without Content-Length')
})
