import { sql } from '../../../base/index.ts'
import type { Reader } from '../reader.ts'
import { concatenates } from './dynamic-sql.ts'
import type { Examined, Finding } from './finding.ts'
import { ofNoExtension } from './parts.ts'

interface FunctionRow {
  readonly object: string
  readonly kind: 'function' | 'procedure'
  readonly isDefiner: boolean
  readonly hasPath: boolean
  readonly isTrigger: boolean
  readonly roles: readonly string[]
  /** Null of a function in another language than PL/pgSQL. */
  readonly source: string | null
  /** Of the parameters that take texts: their names, and `$n`. */
  readonly texts: readonly string[]
}

/** A body in SQL's own form has its names looked up when it is made: no search path comes into it. */
const FUNCTIONS = sql`
  select p.oid::regprocedure::text as object, case p.prokind when 'p' then 'procedure' else 'function' end as kind,
    p.prosecdef as "isDefiner", p.prorettype in ('trigger'::regtype, 'event_trigger'::regtype) as "isTrigger",
    p.prosqlbody is not null
      or exists (select from unnest(p.proconfig) o where o ~* '^search_path=') as "hasPath",
    array(select role from json_array_elements_text($2::json) role
      where has_schema_privilege(role, n.oid, 'usage') and has_function_privilege(role, p.oid, 'execute') order by 1) as roles,
    case when l.lanname = 'plpgsql' then p.prosrc end as source,
    array(
      select text from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality a(type, place)
      join pg_type t on t.oid = a.type
      cross join lateral (values (p.proargnames[a.place]), ('$' || a.place)) v(text)
      where (t.typcategory in ('S', 'P') or t.typname in ('json', 'jsonb', '_text', '_varchar', 'xml')) and text <> ''
        and coalesce(p.proargmodes[a.place], 'i') in ('i', 'b', 'v')
      order by 1
    ) as texts
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_language l on l.oid = p.prolang
  where p.oid >= 16384 and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 's_tier')
    and p.prokind in ('f', 'p') and ${ofNoExtension(sql`'pg_proc'`, sql`p.oid`)}
    and $1::json is not null
  order by 1`

function functions(reader: Reader, { schemas, roles }: Examined): Promise<readonly FunctionRow[]> {
  return reader.rows<FunctionRow>(FUNCTIONS, schemas, roles)
}

/** It runs with the rights of its owner, and whoever calls it may choose what the names in it mean. */
export async function findDefiners(
  reader: Reader,
  examined: Examined,
): Promise<readonly Finding[]> {
  const rows = await functions(reader, examined)
  return rows
    .filter(({ isDefiner, hasPath }) => isDefiner && !hasPath)
    .map(({ object, kind, roles, isTrigger }): Finding => {
      const isCalled = roles.length > 0 && !isTrigger
      return {
        code: 'definer-without-search-path',
        level: isCalled ? 'error' : 'warning',
        object: `${kind} ${object}`,
        why: `It runs with the rights of its owner (security definer), and the names in it mean what the caller's search_path says${isCalled ? `; ${roles.join(', ')} may call it` : ''}.`,
        mend: `alter ${kind} ${object} set search_path = ''; -- and write names with their schema`,
      }
    })
}

export async function findDynamicSql(
  reader: Reader,
  examined: Examined,
): Promise<readonly Finding[]> {
  const rows = await functions(reader, examined)
  return rows
    .filter(({ source, texts }) => source !== null && concatenates(source, texts))
    .map(({ object, kind, roles, isDefiner, isTrigger }): Finding => {
      const isReached = isDefiner || isTrigger || roles.length > 0
      return {
        code: 'dynamic-sql-by-concatenation',
        level: isReached ? 'error' : 'warning',
        object: `${kind} ${object}`,
        why: `It puts a text that it was given into a statement and executes that: whoever chooses the text chooses the statement${isDefiner ? ', with the rights of the owner' : ''}.`,
        mend: "-- execute format('select … from %I where a = $1', name) using value: %I for names, using for values",
      }
    })
}
