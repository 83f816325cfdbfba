import { execFile } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { createClient } from '@hey-api/openapi-ts'
import openapiTS, { astToString } from 'openapi-typescript'
import { generate } from 'orval'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { createDatabase, type TestDatabase } from '../../support/database.ts'
import { as, startServer, type TestServer } from '../../support/server.ts'
import { validatedFetch } from '../../support/validated-fetch.ts'

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url))
const PROGRAMS = fileURLToPath(new URL('programs/', import.meta.url))

const SCHEMA = `
  create type genre as enum ('drama', 'horror');
  create domain stars as smallint check (value between 1 and 5);
  create table directors (id int primary key, name text not null);
  create table films (
    id int primary key,
    title varchar(80) not null,
    genre genre,
    rating stars,
    tags text[] not null default '{}',
    length interval,
    facts jsonb,
    director_id int references directors,
    made date,
    slug text generated always as (lower(title)) stored
  );
  comment on table films is 'Films, with "quotes" and */ in their comment.';
  create view good_films as select id, title, rating from films where rating >= 4;
  create function titles_like(pattern text) returns setof text stable language sql
    as 'select title::text from films where title like pattern order by id';
  create function films_of(genre genre, best int default 1) returns setof films stable language sql
    as 'select * from films where films.genre = films_of.genre order by id';
  create function nothing() returns void language sql as '';
  insert into films (id, title, genre, rating) values (1, 'M', 'drama', 5), (2, 'Vampyr', 'horror', 3);
  grant all on all tables in schema public to authenticated;
`

let database: TestDatabase
let server: TestServer
let folder = ''
beforeAll(async () => {
  database = await createDatabase(SCHEMA)
  server = await startServer(database.authenticatorUrl, { '--rest-prefix': '/rest/v1' })
  folder = mkdtempSync(join(tmpdir(), 'stier-generated-'))
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  const { body } = await server.get('/openapi.json', { headers: as('authenticated') })
  writeFileSync(join(folder, 'openapi.json'), body)
  await generateClients(join(folder, 'openapi.json'))
  for (const file of readdirSync(PROGRAMS)) {
    copyFileSync(join(PROGRAMS, file), join(folder, `use-${file.replace(/\.txt$/, '')}`))
  }
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await server.stop()
  await database.drop()
})

async function generateClients(document: string): Promise<void> {
  const types = astToString(await openapiTS(pathToFileURL(document)))
  writeFileSync(join(folder, 'openapi-typescript.ts'), types)
  await createClient({
    input: document,
    output: join(folder, 'hey-api'),
    logs: { level: 'silent' },
    plugins: ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk'],
  })
  await generate({
    input: { target: document, override: { transformer: jsonOnly } },
    output: {
      target: join(folder, 'orval.ts'),
      client: 'fetch',
      baseUrl: `${server.address}/rest/v1`,
    },
  })
}

/** orval makes every media type part of every result: this leaves the one that its functions ask for. */
function jsonOnly<T>(document: T): T {
  const isContent = (key: string, value: unknown): value is Record<string, unknown> =>
    key === 'content' && typeof value === 'object' && value !== null && JSON_TYPE in value
  return JSON.parse(
    JSON.stringify(document, (key, value: unknown) =>
      isContent(key, value) ? { [JSON_TYPE]: value[JSON_TYPE] } : value,
    ),
  ) as T
}

const JSON_TYPE = 'application/json'

test('all clients and the programs that use them compile strictly', async () => {
  const options = {
    strict: true,
    noEmit: true,
    target: 'es2022',
    module: 'esnext',
    moduleResolution: 'bundler',
    lib: ['es2022', 'dom', 'dom.iterable'],
    types: [],
  }
  const project = { compilerOptions: options, include: ['*.ts', 'hey-api'] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(project))
  expect(await compilerErrors()).toBe('')
}, 120_000)

async function compilerErrors(): Promise<string> {
  try {
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc')
    return (await promisify(execFile)(process.execPath, [compiler, '-p', folder])).stdout
  } catch (error) {
    return String((error as { stdout: unknown }).stdout)
  }
}

test.each(['openapi-fetch', 'hey-api', 'orval'])(
  'the client of %s creates, reads, changes, replaces, removes, calls, and is told what is wrong',
  async name => {
    const path = pathToFileURL(join(folder, `use-${name}.ts`)).href
    const { run } = (await import(path)) as {
      run: (baseUrl: string, authorization: string) => Promise<unknown>
    }
    const { authorization } = as('authenticated')
    const { fetch, complaints } = validatedFetch(server.address, '/rest/v1')
    vi.stubGlobal('fetch', fetch)
    onTestFinished(() => void vi.unstubAllGlobals())
    expect(await run(`${server.address}/rest/v1`, authorization)).toEqual({
      title: 'Nosferatu',
      genre: 'horror',
      rating: 5,
      put: 'Nosferatu, restored',
      view: [1, 10],
      titles: ['Nosferatu, restored'],
      fetched: [1],
      removed: 204,
      code: '23505',
    })
    expect(complaints).toEqual([])
  },
)
