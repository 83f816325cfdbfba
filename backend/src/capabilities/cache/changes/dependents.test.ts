import { expect, test } from 'vitest'
import { fakeClock } from '../../../../tests/support/fake-clock.ts'
import { createDependents } from './dependents.ts'

interface Car {
  readonly colour: string | null
}

const change = (colour: string | null, keys: readonly string[] | undefined = []) => ({
  ...{ tag: 'cars', keys, stamp: 0 },
  data: { colour },
})
const fieldsOf = ({ colour }: Car) => [colour]

test('of ten thousand indexed tests only those of the value are run', () => {
  const dependents = createDependents({ fieldsOf })
  let runs = 0
  for (let n = 0; n < 10_000; n++) {
    dependents.register(`list ${n}`, [
      {
        ...{ tag: 'cars', index: { field: 'colour', value: `colour ${n % 5_000}` } },
        test: () => ++runs > 0,
      },
    ])
  }
  const touched = [...dependents.touched(change('colour 7'))]
  expect(touched).toEqual([
    { key: 'list 7', precision: 'predicate' },
    { key: 'list 5007', precision: 'predicate' },
  ])
  expect([...dependents.touched(change(null))]).toEqual([])
  expect(runs).toBe(2)
})

test('more tests than may be run in a second are not run: what depends on them is touched', () => {
  const clock = fakeClock()
  const dependents = createDependents<Car>({ testsPerSecondMax: 250, clock })
  for (let n = 0; n < 100; n++) {
    dependents.register(`list ${n}`, [{ tag: 'cars', test: ({ colour }) => colour === `${n}` }])
  }
  const touched = () => [...dependents.touched(change('7'))].map(({ precision }) => precision)
  expect(touched()).toEqual(['predicate'])
  expect(touched()).toEqual(['predicate'])
  expect(touched()).toEqual(Array(100).fill('table'))
  clock.advance(200)
  expect(touched()).toEqual(['predicate'])
  expect(touched()).toHaveLength(100)
})

test('a test that throws has not said no, and no data satisfies every test', () => {
  const dependents = createDependents<Car>({ fieldsOf })
  dependents.register('broken', [
    {
      tag: 'cars',
      test: () => {
        throw new Error('not a car')
      },
    },
  ])
  dependents.register('red', [{ tag: 'cars', index: { field: 'colour', value: 'red' } }])
  expect([...dependents.touched(change('blue'))]).toEqual([
    { key: 'broken', precision: 'predicate' },
  ])
  const unknown = [...dependents.touched({ ...change('blue'), data: undefined })]
  expect(unknown.map(({ precision }) => precision)).toEqual(['table', 'table'])
})

test('an index that nobody can read is no index', () => {
  const dependents = createDependents<Car>()
  const index = { field: 'colour', value: 'red' }
  dependents.register('tested', [{ tag: 'cars', index, test: ({ colour }) => colour === 'red' }])
  dependents.register('untested', [{ tag: 'cars', index }])
  expect([...dependents.touched(change('blue'))]).toEqual([{ key: 'untested', precision: 'table' }])
})

test('registered again, an entry depends on what it was registered with last', () => {
  const dependents = createDependents<Car>()
  dependents.register('a', [{ tag: 'cars', keys: ['1'] }])
  dependents.register('a', [{ tag: 'cars', keys: ['2', '2'] }])
  expect([...dependents.touched(change('red', ['1']))]).toEqual([])
  expect([...dependents.touched(change('red', ['2']))]).toEqual([{ key: 'a', precision: 'row' }])
  dependents.clear()
  expect([...dependents.under()]).toEqual([])
})
