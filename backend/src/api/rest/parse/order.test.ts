import { expect, test } from 'vitest'
import { parseQuery } from './query.ts'

const column = (name: string) => ({ name, path: [] })

test('terms have a direction, a place for nulls, a JSON path and a related embed', () => {
  const order =
    'a,b.asc, c.desc ,d.nullsfirst,e.desc.nullslast,data->x->>0.desc,clients(name).asc,r( v->y )'
  expect(parseQuery(`order=${order}`).read.order).toEqual([
    { field: column('a') },
    { field: column('b'), direction: 'asc' },
    { field: column('c'), direction: 'desc' },
    { field: column('d'), nulls: 'first' },
    { field: column('e'), direction: 'desc', nulls: 'last' },
    {
      field: {
        name: 'data',
        path: [
          { arrow: '->', key: 'x', isIndex: false },
          { arrow: '->>', key: '0', isIndex: true },
        ],
      },
      direction: 'desc',
    },
    { relation: 'clients', field: column('name'), direction: 'asc' },
    { relation: 'r', field: { name: 'v', path: [{ arrow: '->', key: 'y', isIndex: false }] } },
  ])
})

const NAME = 'field name (* or [a..z0..9_$])'
const ANY = '"asc", "desc", "nullsfirst" or "nullslast"'
const NULLS = '"nullsfirst" or "nullslast"'

test.each([
  ['', 1, `unexpected end of input expecting ${NAME}`],
  ['a,', 3, `unexpected end of input expecting ${NAME}`],
  ['id.ac', 4, `unexpected "a" expecting ${ANY}`],
  ['id.descc', 4, `unexpected "d" expecting ${ANY}`],
  ['id.asc.smth', 8, `unexpected "s" expecting ${NULLS}`],
  ['id.asc.nullslast.x', 17, 'unexpected "." expecting "," or end of input'],
  ['id.asc!', 7, 'unexpected "!" expecting delimiter (.), "," or end of input'],
  ['clients(name,id)', 13, 'unexpected "," expecting "->>", "->" or ")"'],
])('order=%s is refused at column %i', (text, position, details) => {
  const message = `"failed to parse order (${text})" (line 1, column ${position})`
  const error = { code: 'PGRST100', status: 400, message, details }
  expect(() => parseQuery(`order=${text}`)).toThrow(expect.objectContaining(error))
})
