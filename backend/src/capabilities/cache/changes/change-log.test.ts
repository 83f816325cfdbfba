import { expect, test } from 'vitest'
import type { Change } from '../types.ts'
import { type ChangeLogSetup, createChangeLog } from './change-log.ts'
import { createSequenceCoherence } from './sequence-coherence.ts'

interface Colours {
  readonly colours: readonly string[]
}

function setUp(options: Partial<ChangeLogSetup<number, number, Colours>> = {}) {
  const sequence = createSequenceCoherence()
  const log = createChangeLog({ coherence: sequence, ...options })
  function add(keys: Change<number, Colours>['keys'], colours: readonly string[] = []): void {
    log.add({ tag: 'cars', keys, data: { colours }, stamp: sequence.stamp() })
  }
  return { sequence, log, add }
}

const car = (key: string) => [{ tag: 'cars', keys: [key] }]
const red = [{ tag: 'cars', test: ({ colours }: Colours) => colours.includes('red') }]
const all = [{ tag: 'cars' }]

test('a load that a change overtook is old for what the change concerns, and only for that', () => {
  const { sequence, log, add } = setUp()
  const version = sequence.version()
  add(['1'], ['blue'])
  expect(log.madeOld(car('1'), version)).toBe('row')
  expect(log.madeOld(car('2'), version)).toBeUndefined()
  expect(log.madeOld(red, version)).toBeUndefined()
  expect(log.madeOld(all, version)).toBe('table')
  expect(log.madeOld([{ tag: 'boats' }], version)).toBeUndefined()
  add(['2'], ['blue', 'red'])
  expect(log.madeOld(red, version)).toBe('predicate')
  add(undefined)
  expect(log.madeOld(car('3'), version)).toBe('table')
  expect(log.madeOld([...car('1'), ...all], sequence.version())).toBeUndefined()
})

test('what was forgotten makes older versions old, whatever they depend on', () => {
  const { sequence, log, add } = setUp({ changesMax: 2 })
  const [before, version] = [sequence.version(), sequence.version() + 1]
  for (const key of ['1', '2', '3']) add([key])
  expect(log.stats()).toMatchObject({ changes: 2, forgotten: 1 })
  expect(log.knows(before)).toBe(false)
  expect(log.madeOld([{ tag: 'boats' }], before)).toBe('table')
  expect(log.knows(version)).toBe(true)
  expect(log.madeOld(car('1'), version)).toBeUndefined()
  expect(log.madeOld(car('2'), version)).toBe('row')
})

test('bytes bound it too, and one change that is larger than all of them is forgotten at once', () => {
  const { sequence, log, add } = setUp({
    bytesMax: 2_000,
    bytesOf: ({ colours }) => colours.join('').length,
  })
  for (let n = 0; n < 50; n++) add([String(n)])
  expect(log.stats()).toMatchObject({ changes: 4, forgotten: 46 })
  expect(log.stats().bytes).toBeLessThanOrEqual(2_000)
  const version = sequence.version()
  add(['1'], ['r'.repeat(2_000)])
  expect(log.stats()).toMatchObject({ changes: 0, bytes: 0, forgotten: 51 })
  expect(log.madeOld(car('2'), version)).toBe('table')
  expect(log.madeOld(car('2'), sequence.version())).toBeUndefined()
})

test('a flush makes everything old that was read before, of a tag or all', () => {
  const { sequence, log } = setUp()
  const version = sequence.version()
  log.flush('cars', sequence.stamp())
  expect(log.madeOld(car('1'), version)).toBe('table')
  expect(log.madeOld([{ tag: 'boats' }], version)).toBeUndefined()
  expect(log.madeOld(car('1'), sequence.version())).toBeUndefined()
  log.flush(undefined, sequence.stamp())
  expect(log.madeOld([{ tag: 'boats' }], version)).toBe('table')
  expect(log.madeOld([{ tag: 'boats' }], sequence.version())).toBeUndefined()
})

test('without a stamp a flush goes by when loads began', () => {
  const { sequence, log } = setUp()
  const [version, seen] = [sequence.version(), log.flushes]
  log.flush('cars')
  expect(log.madeOld(car('1'), version, seen)).toBe('table')
  expect(log.madeOld(car('1'), version)).toBe('table') // It does not say when it began.
  expect(log.madeOld(car('1'), version, log.flushes)).toBeUndefined()
  expect(log.madeOld([{ tag: 'boats' }], version, seen)).toBeUndefined()
  log.flush()
  expect(log.madeOld([{ tag: 'boats' }], version, seen)).toBe('table')
  expect(log.madeOld([{ tag: 'boats' }], version, log.flushes)).toBeUndefined()
})

test('a change that names a key twice, and one without any key, are found and forgotten as others', () => {
  const { sequence, log, add } = setUp({ changesMax: 3 })
  const version = sequence.version()
  add(['1', '1'])
  add(['1', '1'])
  add([], ['red'])
  expect(log.madeOld(car('1'), version)).toBe('row')
  expect(log.madeOld(car('2'), version)).toBeUndefined()
  expect(log.madeOld(red, version)).toBe('predicate')
  for (let n = 0; n < 3; n++) add(['2'])
  expect(log.madeOld(car('1'), sequence.version() - 3)).toBeUndefined()
})

test('a hundred thousand changes later it holds as much as it may, and judges as before', () => {
  const { sequence, log, add } = setUp({ changesMax: 1_000 })
  for (let n = 0; n < 100_000; n++) add([String(n % 777)])
  expect(log.stats()).toMatchObject({ changes: 1_000, forgotten: 99_000 })
  const version = sequence.version()
  add(['5'])
  expect(log.madeOld(car('5'), version)).toBe('row')
  expect(log.madeOld(car('6'), version)).toBeUndefined()
})
