import { expect, test } from 'vitest'
import { History, Row } from './history.ts'
import { judge, type Told } from './judge.ts'

const HERE = { tenant: 1, shelf: 1 }
const ELSEWHERE = { tenant: 1, shelf: 2 }

/** An item that went from shelf 1 to shelf 2 and back, by versions 1, 2 and 3. */
function moved() {
  const history = new History()
  const row = history.add(new Row('item', 7))
  for (const place of [HERE, ELSEWHERE, HERE]) row.attempt(place)
  return { history, row }
}

/** What is wrong with a list of shelf 1 that must not be older than a version. */
function faultsOf(told: readonly Told[], floor: number, { history } = moved()) {
  const part = {
    ...{ table: 'item' as const, told, concerns: () => true },
    shows: ({ tenant, shelf }: typeof HERE) => tenant === 1 && shelf === 1,
  }
  return judge(history, [part], () => ({ version: floor, why: 'is known' })).faults
}

const at = (version: number, place = HERE): Told => ({ id: 7, version, ...place })

test.each([
  ['a row at its newest version', [at(3)], 3],
  ['a row at the oldest one that its reader must see', [at(1)], 1],
  ['the list without it, while it may have been elsewhere', [], 1],
])('%s is right', (_name, told, floor) => {
  expect(faultsOf(told, floor)).toEqual([])
})

test.each([
  ['an older version than its reader must see', [at(1)], 2, 'but 2 is known'],
  ['the list without a row that is there for good', [], 3, 'is missing'],
  ['a version that is not there', [at(4)], 3, 'which never was'],
  ['a row that stands elsewhere', [at(2, HERE)], 1, 'stands elsewhere'],
  ['a row that does not belong there', [at(2, ELSEWHERE)], 1, 'may not see'],
  ['a row twice', [at(3), at(3)], 3, 'is there twice'],
  ['a row that nobody knows', [at(3), { ...at(3), id: 8 }], 3, 'deleted long ago'],
])('%s is wrong', (_name, told, floor, fault) => {
  expect(faultsOf(told, floor)).toEqual([expect.stringContaining(fault)])
})

test('what was rolled back is not to be seen, and does not explain why a row is missing', () => {
  const { history, row } = moved()
  row.undone.add(row.attempt(ELSEWHERE))
  expect(faultsOf([at(4, ELSEWHERE)], 3, { history, row })[0]).toContain('which never was')
  expect(faultsOf([], 3, { history, row })[0]).toContain('is missing')
})

test('a number of rows may be any that is possible', () => {
  const { history } = moved()
  const counted = (told: number, floor: number) =>
    judge(
      history,
      [{ table: 'item', told, concerns: () => true, shows: ({ shelf }) => shelf === 1 }],
      () => ({ version: floor, why: 'is known' }),
    ).faults.length
  expect([counted(0, 1), counted(1, 1), counted(2, 1)]).toEqual([0, 0, 1])
  expect([counted(0, 3), counted(1, 3)]).toEqual([1, 0])
})
