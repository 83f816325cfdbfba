import { expect, test } from 'vitest'
import { fakeClock } from '../../../tests/support/fake-clock.ts'
import type { CancelSignal } from '../../capabilities/pool/index.ts'
import { createReadTimes, hedged } from './hedging.ts'
import type { DatabaseNode } from './router.ts'

/** Somebody who is asked, and answers when told to. */
function asked() {
  let resolve!: (answer: string) => void
  let reject!: (error: Error) => void
  const promise = new Promise<string>((resolved, rejected) => {
    resolve = resolved
    reject = rejected
  })
  const signals: CancelSignal[] = []
  const ask = (signal: CancelSignal) => {
    signals.push(signal)
    return promise
  }
  return { ask, resolve, reject, signals, isCancelled: () => signals[0]?.aborted }
}

function hedging(second: 'somebody' | 'nobody' = 'somebody', signal?: CancelSignal) {
  const clock = fakeClock()
  const [one, other] = [asked(), asked()]
  const beaten: string[] = []
  const answer = hedged({
    ...{ clock, signal, first: one.ask, lateAfterMs: 10 },
    second: () => (second === 'somebody' ? other.ask : undefined),
    onBeaten: (error, isFirst) => beaten.push(`${String(error)} ${isFirst ? 'first' : 'second'}`),
  })
  return { clock, one, other, answer, beaten }
}

test('who answers in time is asked alone', async () => {
  const { clock, one, other, answer } = hedging()
  clock.advance(9)
  one.resolve('one')
  expect(await answer).toBe('one')
  clock.advance(100)
  expect(other.signals).toEqual([])
})

test('who is late is not waited for: the other answers, and the first is cancelled', async () => {
  const { clock, one, other, answer } = hedging()
  clock.advance(10)
  expect(one.isCancelled()).toBe(false)
  other.resolve('other')
  expect(await answer).toBe('other')
  expect([one.isCancelled(), other.isCancelled()]).toEqual([true, false])
})

test('the first may still answer first; then the second is cancelled, and its end is no news', async () => {
  const { clock, one, other, answer, beaten } = hedging()
  clock.advance(10)
  one.resolve('one')
  expect(await answer).toBe('one')
  expect(other.isCancelled()).toBe(true)
  other.reject(new Error('cancelled'))
  await Promise.resolve()
  expect(beaten).toEqual([])
})

test('an error in time is an answer', async () => {
  const { one, other, answer, beaten } = hedging()
  one.reject(new Error('no such table'))
  await expect(answer).rejects.toThrow('no such table')
  expect([other.signals.length, beaten]).toEqual([0, []])
})

test('when one of two fails the other one counts, and the failure is told', async () => {
  for (const order of ['first', 'second'] as const) {
    const { clock, one, other, answer, beaten } = hedging()
    clock.advance(10)
    const [failing, answering] = order === 'first' ? [one, other] : [other, one]
    failing.reject(new Error('lost'))
    await Promise.resolve()
    answering.resolve('there')
    expect(await answer).toBe('there')
    expect(beaten).toEqual([`Error: lost ${order}`])
  }
})

test('when both fail it is the error of the first, whichever came first', async () => {
  const { clock, one, other, answer, beaten } = hedging()
  clock.advance(10)
  other.reject(new Error('other'))
  one.reject(new Error('one'))
  await expect(answer).rejects.toThrow('one')
  expect(beaten).toEqual(['Error: other second'])
})

test('where nobody else may be asked the first is waited for', async () => {
  const { clock, one, answer } = hedging('nobody')
  clock.advance(1_000)
  one.resolve('one')
  expect(await answer).toBe('one')
})

test('a caller who goes away takes both along', async () => {
  const caller = { aborted: false }
  const { clock, one, other } = hedging('somebody', caller)
  clock.advance(10)
  caller.aborted = true
  expect([one.isCancelled(), other.isCancelled()]).toEqual([true, true])
})

test('late is later than 95 of 100 reads of the node lately, and never before 5 ms', () => {
  const clock = fakeClock()
  const times = createReadTimes(clock)
  const [slow, fast] = [{ name: 'slow' }, { name: 'fast' }] as DatabaseNode[]
  const took = (node: DatabaseNode | undefined, ms: number, count: number) => {
    for (let read = 0; node !== undefined && read < count; read++) times.took(node, ms)
  }
  const late = (node: DatabaseNode | undefined) => {
    clock.advance(1_000)
    return node && times.lateAfterMs(node)
  }
  took(slow, 20, 96)
  expect(late(slow), 'too few to know').toBeUndefined()
  took(slow, 500, 4)
  expect(late(slow)).toBeGreaterThanOrEqual(20)
  expect(late(slow)).toBeLessThan(21)
  took(fast, 1, 200)
  expect(late(fast)).toBe(5)
  clock.advance(60_000)
  expect(late(slow), 'it was long ago').toBeUndefined()
})
