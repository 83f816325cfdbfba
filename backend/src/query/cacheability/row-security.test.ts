import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readAs } from '../../../tests/support/catalog-of.ts'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { createRandom, type Random } from '../../../tests/support/random.ts'
import { read } from '../../../tests/support/requests.ts'
import { seed } from '../../../tests/support/seed.ts'
import type { Catalog } from '../catalog/index.ts'
import { planRead } from '../plan/index.ts'
import { compileRead } from '../sql/index.ts'
import { cacheabilityOf } from './cacheability.ts'
import { Claims } from './claims.ts'

/** All 500 of the acceptance take half a minute: `STIER_RLS_SCHEMAS=500`. */
const SCHEMAS = Number(process.env['STIER_RLS_SCHEMAS'] ?? 40)
const CALLERS = 6

let database: TestDatabase
let client: pg.Client
beforeAll(async () => {
  database = await createDatabase(`
    create schema auth;
    create function auth.uid() returns uuid language sql stable as $$
      select nullif(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub', '')::uuid $$;
    create function auth.jwt() returns jsonb language sql stable as $$
      select coalesce(nullif(current_setting('request.jwt.claim', true), ''),
        nullif(current_setting('request.jwt.claims', true), ''))::jsonb $$;
    grant usage on schema auth to anon, authenticated;
  `)
  client = new pg.Client(database.url)
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await database.drop()
})

const CLAIM_NAMES = ['sub', 'org', 'tenant', 'app_metadata', 'exp', 'role']
const UUIDS = [1, 2, 3].map(digit => `00000000-0000-0000-0000-00000000000${digit}`)

/** One expression that a policy could be made of; `n` numbers the schema. */
function condition(random: Random, n: number, depth: number): string {
  const claim = random.pick(CLAIM_NAMES)
  const column = random.pick(['owner::text', 'org', "'a'"])
  const whole = "current_setting('request.jwt.claims', true)"
  const simple: readonly (() => string)[] = [
    () => 'owner = auth.uid()',
    () => '(select auth.uid()) = owner',
    () => `auth.jwt() ->> '${claim}' = ${column}`,
    () => `((select auth.jwt()) ->> '${claim}') = ${column}`,
    () => `(auth.jwt() -> 'app_metadata' ->> 'team') = ${column}`,
    () => `(${whole}::json ->> '${claim}') is not distinct from ${column}`,
    () => `nullif(${whole}, '')::json ->> '${claim}' = ${column}`,
    () => `nullif(${whole}, '{}')::json ->> '${claim}' = ${column}`,
    () => `coalesce(${whole}::jsonb -> 'app_metadata', '{}') ->> 'team' = ${column}`,
    () => `auth.jwt() ? '${claim}'`,
    () => `auth.jwt() @> jsonb_build_object('org', org)`,
    () => `length(${whole}) % 2 = id % 2`,
    () => `${whole} like '%' || org || '%'`,
    () => `auth.jwt() ->> org is null`,
    () => `id in (select member_of from members${n} where who = auth.uid())`,
    () =>
      `exists (select from members${n} m where m.member_of = docs${n}.id and m.org = auth.jwt() ->> 'org')`,
    () => `passes${n}(org)`,
    () => `written${n}() = ${column}`,
    () => `current_user = 'anon' and id > 1`,
    () => `current_setting('request.jwt.claim.sub', true) is distinct from org`,
    () => 'id % 2 = 0',
    () => 'true',
    () => "at > now() - interval '1 year'",
    () => 'random() < 0.5',
  ]
  if (depth === 0 || random.oneIn(2)) return random.pick(simple)()
  const parts = [condition(random, n, depth - 1), condition(random, n, depth - 1)]
  const joined = `(${parts.join(random.pick([') and (', ') or (']))})`
  return random.oneIn(4) ? `not (${joined})` : joined
}

function schemaOf(random: Random, n: number): string {
  const policies = Array.from({ length: 1 + random.below(2) }, (_, index) => {
    const role = random.pick(['public', 'authenticated', 'anon', 'anon, authenticated'])
    const kind = random.oneIn(4) && index > 0 ? 'as restrictive' : ''
    return `create policy p${index} on docs${n} ${kind} for select to ${role} using (${condition(random, n, 2)});`
  })
  const claim = random.pick(CLAIM_NAMES)
  const inner = random.pick([
    `(auth.jwt() ->> '${claim}') = $1`,
    `(select auth.jwt() -> 'app_metadata' ->> 'team') = $1`,
    `exists (select from members${n} where org = $1 and who = auth.uid())`,
    `current_setting('request.jwt.claims', true)::json ->> $1 is not null`,
  ])
  const text = random.pick([
    `select current_setting('request.jwt.claims', true)::json ->> '${claim}'`,
    `select coalesce(auth.jwt() ->> '${claim}', 'none')`,
    `select case when auth.uid() is null then 'a' else auth.jwt() ->> 'org' end`,
    `select nullif(current_setting('request.jwt.claims', true), '')::json ->> 'org'`,
    `select auth.jwt()::text`,
    `select org from members${n} where who = auth.uid() limit 1`,
  ])
  const view = random.oneIn(2) ? `with (security_invoker = ${random.pick(['true', 'false'])})` : ''
  return `
    create table docs${n} (id int primary key, owner uuid, org text, at timestamptz default now());
    create table members${n} (member_of int, who uuid, org text);
    create function passes${n}(text) returns boolean stable ${random.pick(['', 'security definer'])}
      begin atomic select ${inner}; end;
    create function written${n}() returns text language sql stable as $$ ${text} $$;
    create view shown${n} ${view} as select d.*, auth.jwt() ->> '${claim}' as claimed from docs${n} d;
    insert into docs${n} (id, owner, org)
      select i, ('{${UUIDS.join(',')}}'::uuid[])[1 + i % 3], ('{a,b,x}'::text[])[1 + i / 3 % 3] from generate_series(1, 9) i;
    insert into members${n}
      select ${1 + random.below(4)} + i, ('{${UUIDS.join(',')}}'::uuid[])[i], ('{a,b,x}'::text[])[i] from generate_series(1, 3) i;
    alter table docs${n} enable row level security;
    ${random.oneIn(3) ? `alter table members${n} enable row level security; create policy m on members${n} using (${condition(random, n, 0)});` : ''}
    ${policies.join('\n')}
    grant select on docs${n}, members${n}, shown${n} to anon, authenticated;`
}

interface Caller {
  readonly role: string
  readonly claims: string
}

/** Claims that are often the same, and written in more than one way. */
function callerOf(random: Random): Caller {
  const claims: Record<string, unknown> = {}
  if (!random.oneIn(4)) claims['sub'] = random.pick(UUIDS)
  if (!random.oneIn(3)) claims['org'] = random.pick(['a', 'b', 1, 1.5, null])
  if (random.oneIn(2)) claims['tenant'] = random.pick(['a', 'x'])
  if (random.oneIn(2)) claims['app_metadata'] = random.pick([{ team: 'a' }, { team: 'b' }, []])
  if (random.oneIn(2)) claims['exp'] = random.below(3)
  if (random.oneIn(3)) claims['jti'] = random.below(1_000)
  const text = random.oneIn(12)
    ? random.pick(['', '{}', '{"org": 1.50}', '{"sub":"","sub":null}'])
    : JSON.stringify(claims, null, random.pick([0, 0, 0, 1]))
  return { role: random.pick(['anon', 'authenticated', 'authenticated']), claims: text }
}

async function answerFor({ role, claims }: Caller, text: string): Promise<string> {
  const results = (await client.query(
    `begin; set local role ${role}; select set_config('request.jwt.claims', '${claims}', true); ${text}; rollback`,
  )) as unknown as pg.QueryResult<{ body: string }>[]
  return results[3]?.rows[0]?.body ?? ''
}

test(`callers with equal keys get equal answers from PostgreSQL (seed ${seed})`, async () => {
  const random = createRandom(seed)
  for (let n = 0; n < SCHEMAS; ) {
    // One that PostgreSQL refuses is followed by another under its number.
    n += await client.query(schemaOf(random, n)).then(
      () => 1,
      () => 0,
    )
  }
  const catalog = await readAs(database.url)
  const tally = { plans: 0, kept: 0, answers: 0, shared: 0, errors: 0, different: 0 }
  for (let n = 0; n < SCHEMAS; n++) {
    const callers = Array.from({ length: CALLERS }, () => callerOf(random))
    for (const relation of [`docs${n}`, `shown${n}`]) {
      await checkRelation(catalog, relation, callers, tally)
    }
  }
  console.log(JSON.stringify(tally))
  expect(tally.kept).toBeGreaterThan(SCHEMAS / 4)
  expect(tally.shared).toBeGreaterThan(SCHEMAS / 4)
  expect(tally.different).toBeGreaterThan(SCHEMAS / 4)
})

async function checkRelation(
  catalog: Catalog,
  relation: string,
  callers: readonly Caller[],
  tally: Record<'plans' | 'kept' | 'answers' | 'shared' | 'errors' | 'different', number>,
): Promise<void> {
  const plan = planRead(catalog, read(relation, { order: [] }), {
    aggregates: true,
    rowsMax: undefined,
  })
  const found = cacheabilityOf(plan, catalog)
  tally.plans++
  if (!found.cacheable) return
  tally.kept++
  const shape = { format: 'array', stripNulls: false, count: undefined } as const
  const { text, name } = compileRead(plan, shape, { serverVersion: catalog.serverVersion })
  const byKey = new Map<string, string>()
  for (const caller of callers) {
    const context = {
      role: caller.role,
      claims: new Claims(caller.claims),
      searchPath: '',
      settings: [],
    }
    const key = found.keyOf(name, context, []) ?? ''
    const answer = await answerFor(caller, text).catch((error: unknown) => {
      tally.errors++
      return `error: ${error instanceof Error ? error.message : ''}`
    })
    await client.query('rollback')
    tally.answers++
    const known = byKey.get(key)
    if (known !== undefined) tally.shared++
    expect(known ?? answer, JSON.stringify([relation, caller, found.claims])).toBe(answer)
    byKey.set(key, answer)
  }
  if (new Set(byKey.values()).size > 1) tally.different++
}
