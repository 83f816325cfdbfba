import { sql } from '../../base/index.ts'
import type { Reader } from './reader.ts'

export interface RoleRow {
  readonly name: string
  /** `name=value`, the more general first. */
  readonly settings: readonly string[]
}

/**
 * Roles that the connected one may become with SET ROLE, and those of their settings that it may set itself.
 * A name with a dot that no extension has defined is free for everybody.
 */
function roles(serverVersion: number) {
  const membership = serverVersion >= 160_000 ? sql`'set'` : sql`'member'`
  const mayBeGranted =
    serverVersion >= 150_000 && sql`or has_parameter_privilege(session_user, known.name, 'set')`
  return sql`
    select r.rolname as name,
      array(
        select item.text
        from pg_db_role_setting s
        cross join unnest(s.setconfig) with ordinality as item(text, place)
        left join pg_settings known on known.name = split_part(item.text, '=', 1)
        where s.setrole = r.oid
          and s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
          and split_part(item.text, '=', 1) not in ('role', 'session_authorization')
          and (
            known.name is null and split_part(item.text, '=', 1) like '%.%'
            or known.context = 'user'
            or known.context = 'superuser'
              and (select rolsuper from pg_roles where rolname = session_user)
            ${mayBeGranted}
          )
        order by s.setdatabase, item.place
      ) as settings
    from pg_roles r
    where pg_has_role(session_user, r.oid, ${membership})
    order by r.rolname`
}

export function readRoles(reader: Reader): Promise<readonly RoleRow[]> {
  return reader.rows(roles(reader.serverVersion))
}

/** A role that may do everything, or has the privileges of others. */
export interface MembershipRow {
  readonly name: string
  readonly superuser: boolean
  /** Policies do not bind it. */
  readonly bypassesRls: boolean
  /** The roles whose privileges it has by a membership of its own. */
  readonly inherits: readonly string[]
}

/**
 * Memberships that pass on privileges: PostgreSQL 16 says so for each of them, older versions for the role. Who owns the
 * database is a member of `pg_database_owner` without anybody writing it down.
 */
function memberships(serverVersion: number) {
  const passesOn = serverVersion >= 160_000 ? sql`m.inherit_option` : sql`r.rolinherit`
  return sql`
    select * from (
      select r.rolname as name, r.rolsuper as superuser, r.rolbypassrls as "bypassesRls",
        array(
          select g.rolname from pg_auth_members m join pg_roles g on g.oid = m.roleid
          where m.member = r.oid and ${passesOn}
          union
          select 'pg_database_owner' from pg_database d
          where d.datname = current_database() and d.datdba = r.oid
          order by 1
        ) as inherits
      from pg_roles r
    ) as roles
    where superuser or "bypassesRls" or cardinality(inherits) > 0
    order by name`
}

export function readMemberships(reader: Reader): Promise<readonly MembershipRow[]> {
  return reader.rows(memberships(reader.serverVersion))
}

const POSTGIS = sql`
  select n.nspname as schema
  from pg_extension e join pg_namespace n on n.oid = e.extnamespace
  where e.extname = 'postgis'
    and (
      n.nspname in (select json_array_elements_text($1::json))
      or n.nspname in (select json_array_elements_text($2::json))
    )`

/** Whether PostGIS is installed in a schema that the search path of some request holds. */
export async function readHasPostgis(
  reader: Reader,
  schemas: readonly string[],
  extraSearchPath: readonly string[],
): Promise<boolean> {
  return (await reader.rows(POSTGIS, schemas, extraSearchPath)).length > 0
}
