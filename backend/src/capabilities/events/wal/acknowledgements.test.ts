import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../../../tests/support/seed.ts'
import { Acknowledgements } from './acknowledgements.ts'

test('the slot moves to the end of a transaction when its last change is acknowledged', () => {
  const acknowledgements = new Acknowledgements()
  acknowledgements.changed(11n)
  acknowledgements.changed(12n)
  acknowledgements.reached(20n)
  acknowledgements.acknowledge(11n)
  expect(acknowledgements.flushed).toBe(0n)
  acknowledgements.acknowledge(12n)
  expect(acknowledgements.flushed).toBe(20n)
})

test('what is not for us moves it too, but never past something that waits', () => {
  const acknowledgements = new Acknowledgements()
  acknowledgements.reached(5n)
  expect(acknowledgements.flushed).toBe(5n)
  acknowledgements.changed(11n)
  acknowledgements.reached(20n)
  acknowledgements.reached(30n)
  expect(acknowledgements.flushed).toBe(5n)
  acknowledgements.acknowledge(11n)
  expect(acknowledgements.flushed).toBe(30n)
})

test(`however it is acknowledged, nothing unacknowledged is passed, and all of it in the end (seed ${seed})`, () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('transaction' as const), changes: fc.nat(3) }),
    fc.record({ kind: fc.constant('acknowledge' as const), share: fc.nat(100) }),
  )
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 1, max: 60 }),
      (steps, times) => {
        const acknowledgements = new Acknowledgements()
        const ends: { last: bigint; end: bigint }[] = []
        let [place, last, acknowledged] = [0n, 0n, 0n]
        for (const each of Array.from({ length: times }, () => steps).flat()) {
          if (each.kind === 'transaction') {
            for (let change = 0; change < each.changes; change++)
              acknowledgements.changed((last = ++place))
            acknowledgements.reached(++place)
            ends.push({ last, end: place })
          } else {
            acknowledged = (last * BigInt(each.share)) / 100n
            acknowledgements.acknowledge(acknowledged)
          }
          const firstOpen = ends.find(one => one.last > acknowledgements.acknowledged)
          expect(acknowledgements.flushed < (firstOpen?.end ?? place + 1n)).toBe(true)
        }
        acknowledgements.acknowledge(last)
        expect(acknowledgements.flushed).toBe(ends.at(-1)?.end ?? 0n)
      },
    ),
    { seed, numRuns: 60 },
  )
})
