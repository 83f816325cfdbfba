import { identifier, list, literal, type Sql, sql } from '../../base/index.ts'
import { NewerPartError, UserMissingError } from './errors.ts'
import type { Queryable, SchemaPart } from './part.ts'
import { partStatus } from './status.ts'
import { changing, run } from './transaction.ts'

export interface Enabled {
  /** The version that was there before; 0 for none. */
  readonly from: number
  readonly to: number
  /** The roles that may use it now, besides its owner. */
  readonly users: readonly string[]
}

/**
 * Enables a part or brings it up to date, and lets `logins` use it as well as those who could before. Makes the schema
 * if there is none. Done twice it changes nothing. The connecting role becomes the owner. Throws ST210, ST212, ST213, or what
 * PostgreSQL refuses: 42501 for a role that may not create schemas.
 */
export function enablePart(
  database: Queryable,
  part: SchemaPart,
  logins: readonly string[],
): Promise<Enabled> {
  return changing(database, async () => {
    await makeSchema(database)
    const before = await partStatus(database, part)
    const to = part.versions.length
    if (before.version > to) throw new NewerPartError(part.name, before.version, to)
    for (const [index, { up }] of part.versions.entries()) {
      if (index < before.version) continue
      await run(database, up)
      await run(database, sql`insert into s_tier.parts values ($1, $2)`, [part.name, index + 1])
    }
    await run(database, seal(part))
    for (const role of new Set([...before.users, ...logins])) {
      await letUse(database, part, role)
    }
    const { users } = await partStatus(database, part)
    return { from: before.version, to, users }
  })
}

async function letUse(database: Queryable, part: SchemaPart, role: string): Promise<void> {
  const [found] = await run(database, ROLE, [role])
  if (found === undefined) throw new UserMissingError(role)
  await run(database, grant(part, identifier(role)))
}

const ROLE = sql`select from pg_catalog.pg_roles where rolname = $1`

/** A schema that was made beforehand for this role is used, and left when everything of ours goes. */
async function makeSchema(database: Queryable): Promise<void> {
  const [found] = await run(
    database,
    sql`select pg_catalog.to_regnamespace('s_tier')::text as name`,
  )
  const isOurs = found?.['name'] === null
  if (isOurs) await run(database, sql`create schema s_tier`)
  await run(database, PARTS)
  if (isOurs) await run(database, sql`insert into s_tier.parts values ('schema', 1)`)
}

/** One row a version; the row `schema` says that the schema itself is ours. */
const PARTS = sql`
  create table if not exists s_tier.parts (
    name text not null,
    version integer not null,
    enabled_at timestamptz not null default now(),
    primary key (name, version)
  );
  comment on table s_tier.parts is 'What S-Tier has enabled in this schema.'`

/** Takes away what `alter default privileges`, or PostgreSQL for functions, grants to others with every new object. */
function seal({ name }: SchemaPart): Sql {
  return sql`
    do $seal$
    declare
      extra record;
    begin
      for extra in
        select 'table' as kind, c.oid::regclass::text as object, a.grantee
        from pg_catalog.pg_class c cross join pg_catalog.aclexplode(c.relacl) a
        where c.relnamespace = 's_tier'::regnamespace and c.relkind in ('r', 'p', 'S') and a.grantee <> c.relowner
          and (c.relname in ('parts', ${literal(name)}) or starts_with(c.relname::text, ${literal(name)} || '_'))
        union
        select 'function', p.oid::regprocedure::text, a.grantee
        from pg_catalog.pg_proc p
        cross join pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
        where p.pronamespace = 's_tier'::regnamespace and a.grantee <> p.proowner
          and starts_with(p.proname::text, ${literal(name)} || '_')
      loop
        execute format('revoke all on %s %s from %s', extra.kind, extra.object,
          case extra.grantee when 0 then 'public' else extra.grantee::regrole::text end);
      end loop;
    end $seal$`
}

function grant({ functions }: SchemaPart, role: Sql): Sql {
  return sql`
    grant usage on schema s_tier to ${role};
    grant execute on function ${list(functions)} to ${role}`
}
