import { sql } from '../../../base/index.ts'
import type { Reader } from '../reader.ts'
import type { Examined, Finding } from './finding.ts'
import { isExposed } from './parts.ts'

interface ExtensionRow {
  readonly object: string
  readonly schema: string
  readonly movable: boolean
}

const EXTENSIONS = sql`
  select quote_ident(e.extname) as object, quote_ident(n.nspname) as schema, e.extrelocatable as movable
  from pg_extension e join pg_namespace n on n.oid = e.extnamespace
  where ${isExposed} order by 1`

/** What it brings becomes part of the API. */
export async function findExtensions(
  reader: Reader,
  { schemas }: Examined,
): Promise<readonly Finding[]> {
  const rows = await reader.rows<ExtensionRow>(EXTENSIONS, schemas)
  return rows.map(({ object, schema, movable }): Finding => {
    return {
      code: 'extension-in-exposed-schema',
      level: 'warning',
      object: `extension ${object}`,
      why: `It stands in ${schema}, so that its functions can be called by requests, and its tables read.`,
      mend: movable
        ? `create schema extensions; alter extension ${object} set schema extensions;`
        : `drop extension ${object}; create extension ${object} schema extensions; -- it cannot be moved`,
    }
  })
}
