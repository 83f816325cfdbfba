import { identifier, list, sql } from '../../../base/index.ts'
import type { Queryable } from '../types.ts'
import { PublicationError } from './errors.ts'

export interface TableName {
  readonly schema: string
  readonly table: string
}

/**
 * Says which tables a slot reads; asked again, these alone. A publication makes PostgreSQL refuse updates and deletes of a table by
 * whose rows it could not say which one is meant, so such tables are refused here: ST636 names them. Make it before the slot, which
 * looks at each change as the catalog was then.
 *
 * Writes through a partitioned table are told of the partitions.
 */
export async function createPublication(
  database: Queryable,
  publication: string,
  tables: readonly TableName[],
): Promise<void> {
  await refuseNameless(database, tables)
  const [found] = await database.query(FOUND, [publication])
  const name = identifier(publication)
  const names = list(tables.map(each => identifier(each.schema, each.table)))
  if (found?.['is_there'] === true) {
    await database.query(sql`alter publication ${name} set table ${names}`.text)
    return
  }
  const isGeneratedTold = Number(found?.['version']) >= 180_000
  const also = isGeneratedTold && sql`with (publish_generated_columns = stored)`
  await database.query(sql`create publication ${name} for table ${names} ${also}`.text)
}

/** Answers whether it was there. Drop the slot first: it cannot be read without. */
export async function dropPublication(database: Queryable, publication: string): Promise<boolean> {
  const [found] = await database.query(FOUND, [publication])
  if (found?.['is_there'] !== true) return false
  await database.query(sql`drop publication ${identifier(publication)}`.text)
  return true
}

async function refuseNameless(database: Queryable, tables: readonly TableName[]): Promise<void> {
  const [schemas, names] = [tables.map(each => each.schema), tables.map(each => each.table)]
  const rows = await database.query(NAMELESS, [schemas, names])
  if (rows.length === 0) return
  const named = rows.map(row => String(row['table']))
  throw new PublicationError('Tables without a primary key could not be updated any more', {
    details: named.join(', '),
    hint: `Give them one, or let the log have whole rows: ${named.map(each => `alter table ${each} replica identity full`).join('; ')}`,
  })
}

const FOUND = `select pg_catalog.current_setting('server_version_num') as version,
  exists (select from pg_catalog.pg_publication where pubname = $1) as is_there`

/** Tables and their partitions without an index that identifies a row. */
const NAMELESS = `
  with named as (
    select c.oid from rows from (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) as t (schema_name, table_name)
    join pg_catalog.pg_namespace n on n.nspname = t.schema_name
    join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = t.table_name
  ), all_of_them as (
    select oid from named
    union
    select p.relid from named, pg_catalog.pg_partition_tree(named.oid) p
  )
  select c.oid::pg_catalog.regclass::text as table
  from all_of_them join pg_catalog.pg_class c using (oid)
  where c.relkind = 'r' and case c.relreplident
    when 'f' then false
    when 'd' then not exists (select from pg_catalog.pg_index i
      where i.indrelid = c.oid and i.indisprimary and i.indimmediate)
    when 'i' then not exists (select from pg_catalog.pg_index i where i.indrelid = c.oid and i.indisreplident)
    else true end
  order by 1`
