import fc from 'fast-check'
import { expect, test } from 'vitest'
import { csvToJson, readCsv } from './csv.ts'

test('the first line names the columns, the others are rows', () => {
  expect(readCsv('a,b\n1,x\n2,y\n')).toEqual({
    columns: ['a', 'b'],
    rows: [
      ['1', 'x'],
      ['2', 'y'],
    ],
  })
})

test.each([
  ['NULL without quotes is null, with them a word', 'a,b\nNULL,"NULL"', [[null, 'NULL']]],
  ['an empty field is an empty text', 'a,b\n,', [['', '']]],
  ['quotes hold commas, lines and doubled quotes', 'a,b\n"x,""y""","1\n2"', [['x,"y"', '1\n2']]],
  [
    'lines end with CR, LF or both',
    'a,b\r\n1,2\r3,4\n5,6',
    [
      ['1', '2'],
      ['3', '4'],
      ['5', '6'],
    ],
  ],
  ['empty lines are no rows', 'a,b\n\n1,2\r\n\r\n', [['1', '2']]],
  ['spaces belong to the field', 'a,b\n 1 , 2', [[' 1 ', ' 2']]],
  ['a header alone has no rows', 'a,b', []],
])('%s', (_what, text, rows) => {
  expect(readCsv(text).rows).toEqual(rows)
})

test.each([
  ['', 'no header'],
  ['\n\n', 'no header'],
  ['a,a\n1,2', 'twice'],
  ['a,b\n1,2"3', 'quote stands'],
  ['a,b\n"1', 'does not end'],
  ['a,b\n"1"2,3', 'does not end'],
])('%j is no CSV', (text, details) => {
  expect(() => readCsv(text)).toThrow(
    expect.objectContaining({ code: 'PGRST102', details: expect.stringContaining(details) }),
  )
})

test.each(['a,b\n1', 'a,b\n1,2,3'])('%j has lines of unequal length', text => {
  expect(() => readCsv(text)).toThrow('All lines must have same number of fields')
})

test('whatever is written as CSV is read again, and JSON of it holds the same', () => {
  const field = fc.option(fc.string({ unit: 'grapheme' }), { nil: null })
  const table = fc
    .integer({ min: 2, max: 5 })
    .chain(width => fc.array(fc.array(field, { minLength: width, maxLength: width })))
  const written = (value: string | null) =>
    value === null ? 'NULL' : `"${value.replaceAll('"', '""')}"`
  fc.assert(
    fc.property(table, rows => {
      const columns = Array.from({ length: rows[0]?.length ?? 2 }, (_, index) => `c"${index}`)
      const text = [columns, ...rows].map(line => line.map(written).join(',')).join('\n')
      const read = readCsv(text)
      expect(read).toEqual({ columns, rows })
      const objects = rows.map(row =>
        Object.fromEntries(row.map((value, n) => [columns[n], value])),
      )
      expect(JSON.parse(csvToJson(read))).toEqual(objects)
    }),
  )
})
