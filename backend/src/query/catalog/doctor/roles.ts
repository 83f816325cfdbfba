import { sql } from '../../../base/index.ts'
import type { Reader } from '../reader.ts'
import type { Examined, Finding } from './finding.ts'
import { isExposed } from './parts.ts'

interface RoleRow {
  readonly object: string
  readonly superuser: boolean
  readonly bypasses: boolean
  readonly creates: boolean
}

const ROLES = sql`
  select quote_ident(r.rolname) as object, r.rolsuper as superuser, r.rolbypassrls as bypasses, r.rolcreaterole as creates
  from pg_roles r
  where r.rolname in (select json_array_elements_text($1::json)) order by 1`

const LOGIN = sql`
  select quote_ident(r.rolname) as object, r.rolsuper as superuser, r.rolbypassrls as bypasses, r.rolcreaterole as creates
  from pg_roles r where r.rolname = session_user`

/** The role that the server logs in as: it should be able to become others, and nothing else. */
export async function findLoginRole(reader: Reader): Promise<readonly Finding[]> {
  const rows = await reader.rows<RoleRow>(LOGIN)
  return rows.flatMap(row =>
    mighty(row).map(({ what, mend, level }): Finding => {
      return {
        code: 'login-role-too-mighty',
        level,
        object: `role ${row.object}`,
        why: `The server would log in with it, and it ${what}: one mistake anywhere is then one in everything.`,
        mend: row.superuser
          ? 'create role authenticator login noinherit; grant anon, authenticated to authenticator;'
          : mend,
      }
    }),
  )
}

/** Roles that requests run as. */
export async function findRequestRoles(
  reader: Reader,
  { roles }: Examined,
): Promise<readonly Finding[]> {
  const rows = await reader.rows<RoleRow>(ROLES, roles)
  return rows.flatMap(row =>
    mighty(row).map(({ what, mend, level }): Finding => {
      const why = `Requests run as it, and it ${what}.`
      return { code: 'request-role-too-mighty', level, object: `role ${row.object}`, why, mend }
    }),
  )
}

interface Might {
  readonly level: 'error' | 'warning'
  readonly what: string
  readonly mend: string
}

function mighty({ object, superuser, bypasses, creates }: RoleRow): readonly Might[] {
  if (superuser) {
    const mend = `alter role ${object} nosuperuser;`
    return [{ level: 'error', what: 'is a superuser, whom nothing binds', mend }]
  }
  const found: Might[] = []
  if (bypasses) {
    const mend = `alter role ${object} nobypassrls;`
    found.push({ level: 'error', what: 'passes all policies (bypassrls)', mend })
  }
  if (creates) {
    const mend = `alter role ${object} nocreaterole;`
    found.push({ level: 'warning', what: 'may create roles (createrole)', mend })
  }
  return found
}

interface SchemaRow {
  readonly object: string
  readonly roles: readonly string[]
}

const SCHEMAS = sql`
  select quote_ident(n.nspname) as object, array(
    select role from json_array_elements_text($2::json) role where has_schema_privilege(role, n.oid, 'create') order by 1
  ) as roles
  from pg_namespace n where ${isExposed} order by 1`

export async function findOpenSchemas(
  reader: Reader,
  { schemas, roles }: Examined,
): Promise<readonly Finding[]> {
  const rows = await reader.rows<SchemaRow>(SCHEMAS, schemas, roles)
  return rows
    .filter(row => row.roles.length > 0)
    .map(({ object, roles: who }): Finding => {
      return {
        code: 'schema-open-to-create',
        level: 'error',
        object: `schema ${object}`,
        why: `${who.join(', ')} may create functions and tables in it, which others then call and trust.`,
        mend: `revoke create on schema ${object} from public, ${who.filter(role => role !== 'public').join(', ')};`.replace(
          'public, ;',
          'public;',
        ),
      }
    })
}
