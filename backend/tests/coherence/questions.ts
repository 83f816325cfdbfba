import type { Random } from '../support/random.ts'
import type { Place, Row, Table } from './history.ts'
import type { Part, Told } from './judge.ts'

export const TENANTS = [1, 2] as const
export const SHELVES = [1, 2, 3, 4] as const

/** What is asked, by whom, and what the answer has to be measured by. */
export interface Question {
  readonly target: string
  readonly prefer?: string
  readonly tenant: number
  /** Tables that the answer comes from. */
  readonly tables: readonly Table[]
  /** The lists of an answer with this body and this `Content-Range`. */
  parts(body: string, range: string | undefined, shows: Shows): readonly Part[]
}

/** Whether a caller of the tenant sees a row of the table that stands there; undefined: that is just changing. */
export type Shows = (table: Table, tenant: number, place: Place) => boolean | undefined

const COLUMNS = 'id,version,tenant,shelf'

/** A question whose answer has something to do with a row. */
export function questionAbout(row: Row, tenant: number, random: Random): Question {
  const shelf = row.place?.shelf ?? random.pick(SHELVES)
  const kinds = row.table === 'item' ? ITEM_QUESTIONS : PART_QUESTIONS
  return random.pick(kinds)(row, tenant, shelf)
}

type Kind = (row: Row, tenant: number, shelf: number) => Question

/** For the row itself. */
export function oneRow({ table, id }: Row, tenant: number): Question {
  return {
    target: `/${table}?id=eq.${id}&select=${COLUMNS}`,
    tenant,
    tables: [table],
    parts: (body, _, shows) => [
      {
        ...{ table, told: rowsIn(body) },
        concerns: row => row.id === id,
        shows: place => shows(table, tenant, place),
      },
    ],
  }
}

const ofShelf: Kind = ({ table }, tenant, shelf) => ({
  target: `/${table}?shelf=eq.${shelf}&select=${COLUMNS}&order=id`,
  tenant,
  tables: [table],
  parts: (body, _, shows) => [
    {
      ...{ table, told: rowsIn(body), concerns: anyRow },
      shows: place => place.shelf === shelf && shows(table, tenant, place),
    },
  ],
})

const LIMIT = 4

const firstOfShelves: Kind = ({ table }, tenant, shelf) => ({
  target: `/${table}?shelf=lte.${shelf}&select=${COLUMNS}&order=id&limit=${LIMIT}`,
  tenant,
  tables: [table],
  parts: (body, _, shows) => [
    {
      ...{ table, told: rowsIn(body), concerns: anyRow, limit: LIMIT },
      shows: place => place.shelf <= shelf && shows(table, tenant, place),
    },
  ],
})

const counted: Kind = ({ table }, tenant, shelf) => ({
  target: `/${table}?shelf=eq.${shelf}&select=id&limit=1`,
  prefer: 'count=exact',
  tenant,
  tables: [table],
  parts: (_, range, shows) => [
    {
      ...{ table, told: Number(range?.split('/')[1]), concerns: anyRow },
      shows: place => place.shelf === shelf && shows(table, tenant, place),
    },
  ],
})

const withParts: Kind = ({ id }, tenant) => ({
  target: `/item?id=eq.${id}&select=${COLUMNS},part(${COLUMNS})`,
  tenant,
  tables: ['item', 'part'],
  parts(body, _, shows) {
    const items = rowsIn(body) as readonly (Told & { readonly part: readonly Told[] })[]
    const seenOf = (table: Table) => (place: Place) => shows(table, tenant, place)
    return [
      { table: 'item', told: items, concerns: row => row.id === id, shows: seenOf('item') },
      ...items.map(
        ({ part }): Part => ({
          ...{ table: 'part', told: part, shows: seenOf('part') },
          concerns: row => row.item === id,
        }),
      ),
    ]
  },
})

const ofItem: Kind = ({ item = 0 }, tenant) => ({
  target: `/part?item_id=eq.${item}&select=${COLUMNS}&order=id.desc`,
  tenant,
  tables: ['part'],
  parts: (body, _, shows) => [
    {
      ...{ table: 'part', told: rowsIn(body) },
      concerns: row => row.item === item,
      shows: place => shows('part', tenant, place),
    },
  ],
})

const withItem: Kind = ({ id, item }, tenant) => ({
  target: `/part?id=eq.${id}&select=${COLUMNS},item(${COLUMNS})`,
  tenant,
  tables: ['item', 'part'],
  parts(body, _, shows) {
    const parts = rowsIn(body) as readonly (Told & { readonly item: Told | null })[]
    const seenOf = (table: Table) => (place: Place) => shows(table, tenant, place)
    return [
      { table: 'part', told: parts, concerns: row => row.id === id, shows: seenOf('part') },
      ...parts.map(
        (part): Part => ({
          ...{ table: 'item', told: part.item === null ? [] : [part.item], shows: seenOf('item') },
          concerns: row => row.id === item,
        }),
      ),
    ]
  },
})

/** Of both tables: the reader sees parts only with their item, so a change of either matters. */
const withItemOnShelf: Kind = (_row, tenant, shelf) => ({
  target: `/part?item.shelf=eq.${shelf}&select=${COLUMNS},item!inner(${COLUMNS})&shelf=eq.${shelf}`,
  tenant,
  tables: ['item', 'part'],
  parts(body, _, shows) {
    // Which parts are missing depends on two rows at a time: only those that are there are judged.
    const parts = rowsIn(body) as readonly (Told & { readonly item: Told })[]
    const isThere = (table: Table) => (place: Place) =>
      place.shelf === shelf && shows(table, tenant, place)
    return parts.flatMap((part): readonly Part[] => [
      { table: 'part', told: [part], concerns: row => row.id === part.id, shows: isThere('part') },
      {
        table: 'item',
        told: [part.item],
        concerns: row => row.id === part.item.id,
        shows: isThere('item'),
      },
    ])
  },
})

const ITEM_QUESTIONS = [oneRow, oneRow, ofShelf, firstOfShelves, counted, withParts, withParts]
const PART_QUESTIONS = [oneRow, oneRow, ofShelf, counted, ofItem, withItem, withItemOnShelf]

const anyRow = () => true

function rowsIn(body: string): readonly Told[] {
  return JSON.parse(body) as readonly Told[]
}
