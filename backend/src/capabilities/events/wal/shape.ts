import type { Queryable } from '../types.ts'
import { BUILT_IN_FORMS } from './built-in-forms.ts'
import type { Form } from './form.ts'
import type { RelationMessage } from './pgoutput.ts'

/** What of a table the log does not say. */
export interface Shape {
  /** The places of the primary key's columns; undefined without a key. */
  readonly key: readonly number[] | undefined
  /** One for each column. */
  readonly forms: readonly Form[]
}

/** Asks the catalog, where the log leaves something open. Types are remembered. */
export interface Shapes {
  shapeOf(relation: RelationMessage): Promise<Shape>
}

export function createShapes(database: Queryable): Shapes {
  const known = new Map(BUILT_IN_FORMS)

  async function formOf(type: number): Promise<Form> {
    const form = known.get(type) ?? (await askForm(type))
    known.set(type, form)
    return form
  }

  /** As `row_to_json` looks at it: a domain is what it is made of, and a true array its elements. */
  async function askForm(type: number): Promise<Form> {
    const [row] = await database.query(FORM, [type])
    if (row === undefined) return 'unknown' // Dropped since.
    const base = Number(row['base'])
    if (base !== type) return await formOf(base)
    if (row['element'] !== null) {
      const elements = await formOf(Number(row['element']))
      return elements === 'unknown' ? 'unknown' : { elements }
    }
    return row['is_text'] === true ? 'text' : 'unknown'
  }

  async function keyOf(relation: RelationMessage): Promise<readonly number[] | undefined> {
    if (relation.identity === 'default' && relation.columns.some(each => each.isIdentity)) {
      return placesOf(relation, each => each.isIdentity)
    }
    const rows = await database.query(KEY, [relation.relation])
    const names = new Set(rows.map(row => row['name']))
    const places = placesOf(relation, each => names.has(each.name))
    return places.length === names.size && names.size > 0 ? places : undefined
  }

  return {
    async shapeOf(relation) {
      const forms: Form[] = []
      for (const { type } of relation.columns) forms.push(await formOf(type))
      return { key: await keyOf(relation), forms }
    },
  }
}

type Column = RelationMessage['columns'][number]

function placesOf({ columns }: RelationMessage, is: (column: Column) => boolean): number[] {
  return columns.flatMap((column, place) => (is(column) ? [place] : []))
}

/** Of what has elements, only true arrays with the usual separator are read: int2vector is written otherwise. */
const FORM = `
  with recursive base (oid, next) as (
    select oid, typbasetype from pg_catalog.pg_type where oid = $1
    union all
    select t.oid, t.typbasetype from base join pg_catalog.pg_type t on t.oid = base.next
  )
  select t.oid::int8 as base,
    case when t.typinput = 'pg_catalog.array_in'::pg_catalog.regproc and t.typdelim = ',' then t.typelem::int8 end as element,
    t.typtype <> 'c' and t.typcategory <> 'A' and (t.oid < 16384 or not exists (
      select from pg_catalog.pg_cast c
      where c.castsource = t.oid and c.casttarget = 'pg_catalog.json'::pg_catalog.regtype and c.castfunc <> 0
    )) as is_text
  from base join pg_catalog.pg_type t on t.oid = base.oid
  where base.next = 0`

const KEY = `
  select a.attname as name
  from pg_catalog.pg_index i
  join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
  where i.indrelid = $1 and i.indisprimary`
