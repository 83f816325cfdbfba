import { sql } from '../../base/index.ts'
import { calledFunctions } from './node-tree.ts'
import type { Reader } from './reader.ts'

/** A definition and what it depends on, as oids. */
export interface Definition {
  /** PostgreSQL's text of the parsed form. */
  readonly tree: string
  readonly relations: readonly number[]
  /** Those that came with the server included. */
  readonly functions: readonly number[]
}

/** The definition of a view or materialized view: the tree is that of its query, `pg_rewrite.ev_action`. */
export interface ViewRow extends Definition {
  readonly oid: number
}

/** The tree is those of both expressions, one after the other. */
export interface PolicyRow extends Definition {
  readonly relation: number
  readonly name: string
  readonly permissive: boolean
  readonly command: '*' | 'r' | 'a' | 'w' | 'd'
  readonly roles: readonly string[]
  readonly using: string | null
  readonly check: string | null
}

/** Recorded dependencies. PostgreSQL does not record those on what came with it: its trees tell them. */
const depended = {
  relations: sql`
    array(
      select distinct d.refobjid::bigint from pg_depend d
      where d.classid = definition.tableoid and d.objid = definition.oid
        and d.refclassid = 'pg_class'::regclass
      order by 1
    )`,
  functions: sql`
    array(
      select distinct d.refobjid::bigint from pg_depend d
      where d.classid = definition.tableoid and d.objid = definition.oid
        and d.refclassid = 'pg_proc'::regclass
      order by 1
    )`,
}

const VIEWS = sql`
  select definition.ev_class::bigint as oid, definition.ev_action::text as tree,
    ${depended.relations} as relations, ${depended.functions} as functions
  from json_array_elements_text($1::json) as wanted
  join pg_rewrite definition on definition.ev_class = wanted::oid and definition.ev_type = '1'
  order by definition.ev_class`

const POLICIES = sql`
  select definition.polrelid::bigint as relation, definition.polname as name,
    definition.polpermissive as permissive, definition.polcmd as command,
    array(
      select coalesce(r.rolname, 'PUBLIC')
      from unnest(definition.polroles) as member left join pg_roles r on r.oid = member
      order by 1
    ) as roles,
    pg_get_expr(definition.polqual, definition.polrelid) as using,
    pg_get_expr(definition.polwithcheck, definition.polrelid) as check,
    concat(definition.polqual, definition.polwithcheck) as tree,
    ${depended.relations} as relations, ${depended.functions} as functions
  from json_array_elements_text($1::json) as wanted
  join pg_policy definition on definition.polrelid = wanted::oid
  order by definition.polrelid, definition.polname`

export async function readViews(
  reader: Reader,
  oids: readonly number[],
): Promise<readonly ViewRow[]> {
  const rows = await reader.rows<ViewRow>(VIEWS, oids)
  return rows.map(withCalls)
}

export async function readPolicies(
  reader: Reader,
  oids: readonly number[],
): Promise<readonly PolicyRow[]> {
  const rows = await reader.rows<PolicyRow>(POLICIES, oids)
  return rows.map(withCalls)
}

function withCalls<Row extends Definition>(row: Row): Row {
  return { ...row, functions: [...new Set([...row.functions, ...calledFunctions(row.tree)])] }
}
