import { PostgrestClient } from '@supabase/postgrest-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { as, startServer, type TestServer } from '../support/server.ts'

/** The page's own script, as the browser loads it. */
const snippets = (await import(
  new URL('../../assets/docs/snippets.js', import.meta.url).href
)) as Record<'fetchCall' | 'supabaseJs', (request: TriedRequest) => string>

interface TriedRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  database = await createDatabase(`
    create schema reporting;
    create table films (id int primary key, title text not null, year int, note text);
    create table roles (film_id int references films, name text, primary key (film_id, name));
    insert into films values (1, 'Metropolis', 1927, 'it''s'), (2, 'Sunrise', 1927, 'b'), (3, 'M', 1931, null);
    insert into roles values (1, 'Maria'), (1, 'Freder'), (3, 'Beckert');
    create view reporting.counts as select count(*) as films from films;
    create function newer(than int, "like" text default '%') returns setof films stable
      language sql as 'select * from films where year > than and title like "like"';
    grant usage on schema reporting to authenticated;
    grant all on films, roles, reporting.counts to authenticated;
  `)
  server = await startServer(database.authenticatorUrl, {
    '--rest-prefix': '/rest/v1',
    '--database-schemas': 'public,reporting',
    '--database-transaction-end': 'rollback-allow-override',
  })
})
afterAll(async () => {
  await server.stop()
  await database.drop()
})

const representation = { Prefer: 'return=representation' }
const json = { 'Content-Type': 'application/json' }

type Tried = [method: string, target: string, headers?: Record<string, string>, body?: unknown]
const REQUESTS: readonly Tried[] = [
  ['GET', '/films'],
  ['GET', '/films?select=id,title,roles(name)&order=id.desc'],
  ['GET', '/films?id=gt.1&title=not.like.Sun*'],
  ['GET', '/films?or=(id.eq.1,title.eq.M)&order=title'],
  ['GET', '/films?not.or=(id.eq.1,id.eq.2)'],
  ['GET', '/films?and=(id.gte.1,id.lte.2)&select=id'],
  ['GET', '/films?select=id,roles(name)&roles.name=eq.Maria&order=id'],
  ['GET', '/films?select=id,roles(name)&roles.or=(name.eq.Maria,name.eq.Freder)&order=id'],
  ['GET', '/films?order=year.desc.nullslast,id&limit=2'],
  ['GET', '/films?order=id&limit=1&offset=1'],
  ['GET', "/films?note=eq.it's&select=title"],
  ['GET', '/films?id=in.(1,3)&select=id&order=id'],
  ['GET', '/films?id=eq.1', { Accept: 'application/vnd.pgrst.object+json' }],
  ['GET', '/counts', { 'Accept-Profile': 'reporting' }],
  ['GET', '/rpc/newer?than=1930'],
  ['GET', '/rpc/newer?than=1900&select=id&id=lt.3&order=id'],
  ['POST', '/rpc/newer?select=title', json, { than: 1900, like: 'M%' }],
  ['POST', '/films', { ...json, ...representation }, { id: 9, title: "It's" }],
  ['POST', '/films?select=id', { ...json, ...representation }, [{ id: 9, title: 'New' }]],
  [
    'POST',
    '/films?on_conflict=id',
    { ...json, Prefer: 'return=representation, resolution=merge-duplicates' },
    { id: 1, title: 'Once more' },
  ],
  [
    'POST',
    '/films',
    { ...json, Prefer: 'return=representation, resolution=ignore-duplicates' },
    [{ id: 1, title: 'Never' }],
  ],
  ['PATCH', '/films?id=eq.1', { ...json, ...representation }, { title: 'Changed' }],
  ['DELETE', '/roles?film_id=eq.3', representation],
  [
    'PUT',
    '/films?id=eq.3',
    { ...json, ...representation },
    { id: 3, title: 'Put', year: 1, note: '' },
  ],
]

test.each(REQUESTS)(
  '%s %s: fetch and supabase-js answer what the request does',
  async (...parts) => {
    const [method, target, headers = {}, body] = parts
    const request: TriedRequest = {
      method,
      url: `${server.address}/rest/v1${target}`,
      headers: {
        ...as('authenticated'),
        ...headers,
        Prefer: prefer(headers['Prefer'], 'tx=rollback'),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }
    const { url, ...options } = request
    const expected: unknown = await (await fetch(url, options)).json()
    expect(expected).not.toHaveProperty('code')
    expect(await run(snippets.fetchCall(request))).toEqual(expected)
    expect(await run(snippets.supabaseJs(request))).toEqual(expected)
  },
)

test('what answers nothing is told without rows', () => {
  const request = { url: `${server.address}/rest/v1/films?id=eq.1`, headers: {} }
  expect(snippets.supabaseJs({ ...request, method: 'HEAD' })).toBe(
    `const { data, error } = await supabase
  .from('films')
  .select('*', { head: true })
  .filter('id', 'eq', '1')`,
  )
  const body = '{"title":"x"}'
  expect(snippets.supabaseJs({ ...request, method: 'PATCH', body })).toContain('.update(')
  expect(snippets.supabaseJs({ ...request, method: 'PATCH', body })).not.toContain('.select(')
})

function prefer(...preferences: readonly (string | undefined)[]): string {
  return preferences.filter(one => one !== undefined).join(', ')
}

/** Runs the lines as those of a module, with a client under the name that they use; answers their `data`. */
async function run(lines: string): Promise<unknown> {
  const supabase = new PostgrestClient(`${server.address}/rest/v1`, {
    headers: { ...as('authenticated'), Prefer: 'tx=rollback' },
  })
  const AsyncFunction = run.constructor as new (
    ...parts: string[]
  ) => (client: typeof supabase) => Promise<unknown>
  return new AsyncFunction('supabase', `${lines}\nreturn data`)(supabase)
}
