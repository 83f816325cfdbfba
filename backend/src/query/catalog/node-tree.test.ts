import { expect, test } from 'vitest'
import { calledFunctions, listItems, nodeFields, numberOf } from './node-tree.ts'

const tree = '{NODE :name a\\ :b\\) :value 4 [ 1 0 ] :list ({X :a 1} (i 1 2) <>) :empty <> :last 7}'

function fieldsOf(text: string): Record<string, string> {
  const fields = [...nodeFields(text, 0).values()]
  return Object.fromEntries(fields.map(field => [field.name, text.slice(field.start, field.end)]))
}

test('a node is read field by field, whatever is nested or escaped in them', () => {
  expect(fieldsOf(tree)).toEqual({
    name: 'a\\ :b\\)',
    value: '4 [ 1 0 ]',
    list: '({X :a 1} (i 1 2) <>)',
    empty: '<>',
    last: '7',
  })
})

test('a value that looks like a field is the value of the field before', () => {
  expect(fieldsOf('{T :resname :foo :resno 1}')).toEqual({ resname: ':foo', resno: '1' })
})

test('a list has items, anything else has none', () => {
  const list = '({A} b (c))'
  expect(listItems(list, 0).map(start => list[start])).toEqual(['{', 'b', '('])
  expect(listItems('<>', 0)).toEqual([])
  expect(listItems('()', 0)).toEqual([])
})

test('numbers are read, a missing field is 0', () => {
  const fields = nodeFields(tree, 0)
  expect(numberOf(tree, fields.get('last'))).toBe(7)
  expect(numberOf(tree, fields.get('nowhere'))).toBe(0)
})

test('a text that ends too early is read as far as it goes', () => {
  expect(fieldsOf('{A :list ({B')).toEqual({ list: '({B' })
  expect(fieldsOf('{A :token b\\')).toEqual({ token: 'b\\' })
})

test('calls of every kind are found, once each', () => {
  const calls =
    '{F :funcid 10} {O :opno 5 :opfuncid 20} {A :aggfnoid 30} {W :winfnoid 10} :opfuncid 0'
  expect(calledFunctions(`(${calls})`)).toEqual([10, 20, 30])
})
