import { expect, test } from 'vitest'
import { either, Waiting } from './waiting.ts'

class Client {
  aborted = false
}

test('a read is cancelled when each of those who wait for it has gone', () => {
  const waiting = new Waiting()
  const clients = [new Client(), new Client()]
  const [one, two] = clients.map(client => waiting.enter('key', client))
  const patient = waiting.enter('key', undefined)
  expect(two?.signal).toBe(one?.signal)
  for (const client of clients) client.aborted = true
  expect(one?.signal.aborted).toBe(false)
  patient.left()
  expect(one?.signal.aborted).toBe(true)
})

test('those who wait for another key, or came later, are others', () => {
  const waiting = new Waiting()
  const gone = waiting.enter('key', undefined)
  const other = waiting.enter('other', undefined)
  gone.left()
  const later = waiting.enter('key', undefined)
  expect([gone, other, later].map(place => place.signal.aborted)).toEqual([true, false, false])
})

test('who comes before the others have been noticed to be gone keeps the read alive', () => {
  const waiting = new Waiting()
  const client = new Client()
  const gone = waiting.enter('key', client)
  client.aborted = true
  const later = waiting.enter('key', undefined)
  expect(later.signal).toBe(gone.signal)
  expect(later.signal.aborted).toBe(false)
})

test('what still runs when somebody has been answered is for those who come', () => {
  const waiting = new Waiting()
  const client = new Client()
  const place = waiting.enter('key', client)
  place.answered()
  client.aborted = true
  expect(place.signal.aborted).toBe(false)
})

test('either of two', () => {
  const [one, other] = [new Client(), new Client()]
  const signal = either(one, other)
  expect(signal.aborted).toBe(false)
  other.aborted = true
  expect(signal.aborted).toBe(true)
})
