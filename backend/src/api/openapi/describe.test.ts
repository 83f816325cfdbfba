import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildCatalog, type RelationSpec } from '../../../tests/support/catalog.ts'
import { catalogOf, readAs } from '../../../tests/support/catalog-of.ts'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { lintErrors, schemasOf } from '../../../tests/support/openapi-check.ts'
import { createStoreDatabase } from '../../../tests/support/store.ts'
import type { Catalog } from '../../query/catalog/index.ts'
import { describe } from './describe.ts'

const OPTIONS = {
  ...{ schema: 'public', serverUrl: '/rest/v1', version: '1.2.3' },
  ...{ anonymous: true, plans: false, caching: false },
}

/** Just what a client gets, loosely typed so that tests can point into it. */
interface Sent {
  readonly openapi: string
  readonly info: Record<string, string>
  readonly security: unknown
  readonly tags: readonly { readonly name: string; readonly description?: string }[]
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: Record<'schemas' | 'parameters' | 'responses', Record<string, Loose>>
}
interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly parameters: readonly Loose[]
  readonly requestBody?: { readonly required: boolean; readonly content: Record<string, Loose> }
  readonly responses: Record<string, Loose>
}
type Loose = Record<string, unknown> & {
  readonly properties?: Record<string, unknown>
  readonly required?: readonly string[]
}

function sent(catalog: Catalog, role?: string, options: Partial<typeof OPTIONS> = {}): Sent {
  const document = describe(catalog, role, { ...OPTIONS, ...options })
  return JSON.parse(JSON.stringify(document)) as Sent
}

function operationsOf({ paths }: Sent): readonly Operation[] {
  return Object.values(paths).flatMap(path => Object.values(path))
}

function refsOf(parameters: readonly Loose[] | undefined): readonly string[] {
  return (parameters ?? []).map(one => String(one['$ref'] ?? one['name']).replace(/^.*\//, ''))
}

let store: TestDatabase
let strange: TestDatabase
let shop: Catalog
let odd: Catalog

beforeAll(async () => {
  store = await createStoreDatabase()
  shop = await readAs(store.authenticatorUrl, { schemas: ['public', 'reporting'] })
  strange = await createDatabase(`
    create table "order items" (id int primary key, "a.b" text, "select" text, "日本" int);
    create table order_items (id int primary key);
    create table "OrderItemsInsert" (id int primary key);
    create table "{id}/x?" (id int primary key);
    create table "日本" (id int primary key, note text);
    create table error (id int primary key);
    create table record (id int primary key);
    create table "__proto__" (id int primary key, "constructor" text, "__proto__" text);
    create table empty ();
    create type "my mood" as enum ('calm', 'it''s', '');
    create type pair as (a int, b "my mood"[]);
    create table moods (id int primary key, mood "my mood", moods "my mood"[] not null, pair pair,
      pairs pair[], item order_items);
    create function "do it"("first arg" int, "select" text default '') returns int language sql
      immutable as 'select 1';
    create function add(a int, b int) returns int language sql immutable as 'select 1';
    create function add(a text, b text default '') returns text language sql volatile as 'select a';
    create function nothing() returns void language sql as '';
    create function takes(json) returns json language sql as 'select $1';
    create function takes(variadic words text[]) returns setof text language sql stable as 'select ''''';
    create function pairs() returns setof pair language sql stable as 'select null::pair';
    create function parts(out a int, out b text) language sql stable as 'select 1, ''''';
    create domain "image/png" as bytea;
    create function picture() returns "image/png" language sql stable as 'select null::bytea';
    comment on function add(int, int) is E'Adds up\\n\\nTwo numbers,\\nwhatever they are';
    create role "strange role";
    grant insert on moods to "strange role";
    grant select (id), update (note), delete on "日本" to "strange role";
    grant execute on all functions in schema public to "strange role";
  `)
  odd = await readAs(strange.url)
})
afterAll(async () => {
  await strange.query('drop owned by "strange role"; drop role "strange role"')
  await Promise.all([store.drop(), strange.drop()])
})

test('the sample store has a right document for each schema and for less than all of it, and valid schemas', async () => {
  for (const schema of ['public', 'reporting']) {
    for (const role of [undefined, 'anon']) {
      const document = sent(shop, role, { schema })
      expect(await lintErrors(document)).toEqual([])
      const schemas = schemasOf(document)
      for (const name of schemas.names) expect(() => schemas.component(name)).not.toThrow()
    }
  }
})

test('whatever things are called, the document is right and its names are identifiers', async () => {
  const document = sent(odd)
  expect(await lintErrors(document)).toEqual([])
  const schemas = schemasOf(document)
  for (const name of schemas.names) expect(() => schemas.component(name)).not.toThrow()
  const ids = operationsOf(document).map(one => one.operationId)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.filter(id => !/^[a-z][A-Za-z\d]*$/.test(id))).toEqual([])
  const names = Object.values(document.components).flatMap(one => Object.keys(one))
  expect(names.filter(name => !/^[A-Z][A-Za-z\d]*$/.test(name) && name !== 'jwt')).toEqual([])
  expect(Object.keys(document.paths)).toEqual(
    expect.arrayContaining(['/order%20items', '/%7Bid%7D%2Fx%3F', '/__proto__', '/rpc/do%20it']),
  )
})

test('names that come out alike are told apart, and those of the language are left alone', () => {
  const { paths, components } = sent(odd)
  expect(paths['/order%20items']?.['get']?.operationId).toBe('listOrderItems2')
  expect(paths['/order_items']?.['get']?.operationId).toBe('listOrderItems3')
  expect(Object.keys(components.schemas)).toEqual(
    expect.arrayContaining(['OrderItemsInsert', 'Error', 'Error2', 'Record2', 'MyMood', 'Pair']),
  )
})

test('five hundred tables are described, each operation once', async () => {
  const relations = Object.fromEntries(
    Array.from({ length: 500 }, (_, index): [string, RelationSpec] => [
      `table_${index}`,
      {
        columns: { id: 'integer', name: 'text', parent_id: 'integer' },
        primaryKey: ['id'],
        foreignKeys: [{ columns: ['parent_id'], to: `table_${Math.max(index - 1, 0)}` }],
      },
    ]),
  )
  const document = sent(buildCatalog({ relations }))
  expect(await lintErrors(document)).toEqual([])
  expect(new Set(operationsOf(document).map(one => one.operationId)).size).toBe(2_500)
  expect(Object.keys(document.components.parameters).length).toBeLessThan(30)
})

test('a role finds what it may use, and nothing else', () => {
  const { paths, components } = sent(odd, 'strange role')
  expect(Object.keys(paths).filter(path => !path.startsWith('/rpc/'))).toEqual([
    '/moods',
    `/${encodeURIComponent('日本')}`,
  ])
  expect(Object.keys(paths['/moods'] ?? {})).toEqual(['post'])
  expect(Object.keys(components.schemas)).not.toContain('Moods')
  const readable = paths[`/${encodeURIComponent('日本')}`]
  expect(Object.keys(readable ?? {})).toEqual(['get', 'patch', 'delete'])
  expect(Object.keys(components.schemas['U65e5U672c']?.properties ?? {})).toEqual(['id'])
  expect(Object.keys(components.schemas['U65e5U672cUpdate']?.properties ?? {})).toEqual(['note'])
})

test('a role without the right to the schema finds nothing', () => {
  const document = sent(shop, 'nobody', { schema: 'reporting' })
  expect(document.paths).toEqual({})
})

test('a new row needs what nothing else gives a value', () => {
  const { schemas } = sent(shop).components
  const insert = schemas['ProductsInsert']
  expect(insert?.required).toEqual([
    'sku',
    'name',
    'description',
    'category_id',
    'supplier_id',
    'price',
    'weight_kg',
    'released_on',
  ])
  expect(Object.keys(insert?.properties ?? {})).not.toContain('net_price')
  expect(insert?.properties?.['status']).toMatchObject({
    'x-default': "'active'::public.product_status",
  })
  expect(schemas['ProductsUpdate']?.required).toBeUndefined()
  expect(schemas['Products']?.required).toBeUndefined()
  expect(schemas['ProductsRow']?.required).toHaveLength(
    Object.keys(schemas['Products']?.properties ?? {}).length,
  )
})

test('a view that takes no writes is only read', () => {
  const { paths } = sent(shop)
  expect(Object.keys(paths['/category_paths'] ?? {})).toEqual(['get'])
  expect(Object.keys(paths['/products'] ?? {})).toEqual(['get', 'post', 'put', 'patch', 'delete'])
})

test('constraints become keywords, domains and enums become components', () => {
  const { schemas } = sent(shop).components
  expect(schemas['Sku']).toMatchObject({ type: 'string', pattern: '^[A-Z]{3}-[0-9]{5}$' })
  expect(schemas['MoneyAmount']).toMatchObject({ type: 'number', minimum: 0 })
  expect(schemas['ProductStatus']?.['enum']).toEqual(['draft', 'active', 'discontinued'])
  expect(schemas['Countries']?.properties?.['vat_rate']).toMatchObject({ minimum: 0, maximum: 1 })
  expect(schemas['Tags']?.properties?.['colour']).toEqual({ 'x-postgres-type': 'public.colour' })
})

test('arrays and composite types say what they hold, with nulls in between', () => {
  const { schemas } = sent(odd).components
  const mood = { anyOf: [{ $ref: '#/components/schemas/MyMood' }, { type: 'null' }] }
  expect(schemas['Moods']?.properties).toMatchObject({
    mood,
    moods: { type: 'array', items: mood },
    pair: { anyOf: [{ $ref: '#/components/schemas/Pair' }, { type: 'null' }] },
    item: { anyOf: [{ $ref: '#/components/schemas/OrderItems3' }, { type: 'null' }] },
  })
  expect(schemas['Pair']).toMatchObject({
    type: 'object',
    properties: { a: { type: ['integer', 'null'] }, b: { type: ['array', 'null'], items: mood } },
    required: ['a', 'b'],
  })
})

test('what can be embedded is listed as it is written', () => {
  const { schemas } = sent(shop).components
  const embeds = schemas['Products']?.['x-relationships'] as readonly { embed: string }[]
  expect(embeds).toContainEqual({
    embed: 'categories',
    kind: 'many-to-one',
    table: 'categories',
    many: false,
  })
  expect(embeds.map(({ embed }) => embed)).toContain(
    'related_products!related_products_related_id_fkey',
  )
  expect(schemas['Products']?.['x-foreign-keys']).toContainEqual({
    name: 'products_category_id_fkey',
    columns: ['category_id'],
    references: { table: 'categories', columns: ['id'] },
  })
})

test('what a role may not read it is not told to embed', () => {
  const { schemas } = sent(shop, 'anon').components
  expect(JSON.stringify(schemas['Products']?.['x-relationships'])).not.toContain('suppliers')
})

test('a filter stands for every column that can be filtered by', () => {
  const { paths, components } = sent(odd)
  expect(refsOf(paths['/order%20items']?.['get']?.parameters).slice(0, 4)).toEqual([
    'IdFilter',
    'ABFilter',
    'U65e5U672cFilter',
    'Select',
  ])
  expect(components.parameters['ABFilter']).toMatchObject({ name: 'a.b', in: 'query' })
  const filter = schemasOf(sent(odd)).component('Filter')
  for (const right of [
    'eq.1',
    'not.in.(1,2)',
    'like(any).{a*,b*}',
    'fts(french).x',
    'is.null',
    ['gt.1', 'lt.9'],
  ])
    expect(filter(right)).toBe(true)
  for (const wrong of ['1', 'equals.1', 'eq', 5]) expect(filter(wrong)).toBe(false)
})

test('overloads share their path: the arguments and answers of any of them', () => {
  const { paths, components } = sent(odd)
  const add = paths['/rpc/add']
  expect(add?.['get']?.summary).toBe('Adds up')
  expect(add?.['get']?.description).toBe('Two numbers,\nwhatever they are')
  expect(add?.['get']?.parameters.slice(0, 2)).toEqual([
    { name: 'a', in: 'query', required: true, schema: { type: 'integer', format: 'int32' } },
    { name: 'b', in: 'query', required: true, schema: { type: 'integer', format: 'int32' } },
  ])
  expect(add?.['post']?.requestBody?.content['application/json']?.['schema']).toEqual({
    anyOf: [
      {
        type: 'object',
        properties: {
          a: { type: ['integer', 'null'], format: 'int32' },
          b: { type: ['integer', 'null'], format: 'int32' },
        },
        required: ['a', 'b'],
      },
      {
        type: 'object',
        properties: { a: { type: ['string', 'null'] }, b: { type: ['string', 'null'] } },
        required: ['a'],
      },
    ],
  })
  expect(components.responses['AddAnswer']?.['content']).toMatchObject({
    'application/json': {
      schema: {
        anyOf: [{ type: ['integer', 'null'], format: 'int32' }, { type: ['string', 'null'] }],
      },
    },
  })
})

test('a function that answers nothing answers 204', () => {
  const { paths } = sent(odd)
  expect(Object.keys(paths['/rpc/nothing'] ?? {})).toEqual(['post'])
  const { requestBody, responses } = paths['/rpc/nothing']?.['post'] ?? {}
  expect(requestBody).toBeUndefined()
  expect(Object.keys(responses ?? {}).filter(status => status < '300')).toEqual(['204'])
})

test('arguments are given by name, several times, or as the whole body', () => {
  const { paths } = sent(odd)
  const takes = paths['/rpc/takes']
  expect(takes?.['get']?.parameters[0]).toMatchObject({
    name: 'words',
    schema: { type: 'array', items: { type: 'string' } },
  })
  expect(Object.keys(takes?.['post']?.requestBody?.content ?? {})).toEqual(['application/json'])
  expect(refsOf(paths['/rpc/do%20it']?.['get']?.parameters)).toEqual([
    ...['first arg', 'PreferCall', 'Consistency'],
  ])
  expect(refsOf(paths['/rpc/pairs']?.['get']?.parameters)).toContain('AFilter')
})

test('answers are values, objects, rows or what the database makes itself', () => {
  const { responses } = sent(odd).components
  const contentOf = (name: string) => responses[name]?.['content'] as Record<string, Loose>
  expect(contentOf('PartsAnswer')['application/json']).toMatchObject({
    schema: { type: ['object', 'null'], properties: { a: {}, b: {} } },
  })
  expect(contentOf('PairsAnswer')['application/json']).toMatchObject({
    schema: { type: 'array', items: { type: 'object', properties: { a: {}, b: {} } } },
  })
  expect(JSON.stringify(contentOf('PairsAnswer'))).not.toContain('required') // `select` may leave out.
  expect(Object.keys(contentOf('PictureAnswer'))).toEqual(['image/png'])
})

test('comments are told: of the schema, of relations and of columns', () => {
  const { info, tags, paths, components } = sent(shop)
  expect(info).toMatchObject({ title: 'The store', version: '1.2.3' })
  expect(info['description']).toMatch(/^An online shop/)
  expect(tags.find(({ name }) => name === 'products')?.description).toMatch(/^Everything on sale/)
  expect(paths['/products']?.['get']?.summary).toMatch(/^Everything on sale/)
  expect(components.schemas['Products']?.properties?.['price']).toMatchObject({
    description: 'What a customer pays, in euros, value added tax included.',
  })
})

test('in another schema than the default one, the header that chooses it is required', () => {
  const { paths, components } = sent(shop, undefined, { schema: 'reporting' })
  for (const { get } of Object.values(paths)) {
    if (get) expect(refsOf(get.parameters)).toContain('AcceptProfile')
  }
  expect(components.parameters['AcceptProfile']).toMatchObject({
    required: true,
    schema: { const: 'reporting' },
  })
  expect(refsOf(sent(shop).paths['/products']?.['get']?.parameters)).not.toContain('AcceptProfile')
})

test('a token is optional where requests without one are served', () => {
  expect(sent(shop).security).toEqual([{}, { jwt: [] }])
  expect(sent(shop, undefined, { anonymous: false }).security).toEqual([{ jwt: [] }])
})

const GUARDED = `
  create table shelves (id int primary key, code text unique, name text);
  create table lent (id int primary key, shelf_id int references shelves, shelf_code text references shelves (code),
    hidden_note text, shown text);
  create table labels (id int primary key);
  create table shelf_labels (shelf_id int references shelves, label_id int references labels,
    primary key (shelf_id, label_id));
  create table kept (id int primary key, note text);
  create table counted (id int generated always as identity primary key, note text);
  create function last_lent(shelves) returns setof lent rows 1 language sql stable
    as 'select * from lent where shelf_id = $1.id';
  create function lent_now() returns setof lent language sql stable as 'select * from lent';
  create function lent_ever() returns setof lent language sql stable security definer as 'select * from lent';
  revoke execute on function last_lent from public;
  grant usage on schema public to anon, authenticated;
  grant select on shelves, labels to anon, authenticated;
  grant select (id, shelf_id, shown) on lent to anon;
  grant select (id, note), insert (id, note), update (note) on kept to anon;
  grant select, insert, update on kept, counted to authenticated;
`

test('what a role may not read is in no note, hint or filter', async () => {
  const catalog = await catalogOf(GUARDED)
  const { components, paths } = sent(catalog, 'anon')
  const { schemas } = components
  expect(schemas['Lent']?.['x-foreign-keys']).toEqual([
    {
      ...{ name: 'lent_shelf_id_fkey', columns: ['shelf_id'] },
      references: { table: 'shelves', columns: ['id'] },
    },
  ])
  // A request sees both keys: the hint stays, though only one of them can be followed.
  const embeds = (name: string) =>
    (schemas[name]?.['x-relationships'] as readonly { embed: string }[] | undefined)?.map(
      ({ embed }) => embed,
    )
  expect(embeds('Lent')).toEqual(['shelves!lent_shelf_id_fkey'])
  expect(embeds('Shelves')).toEqual(['lent!lent_shelf_id_fkey'])
  expect(embeds('Labels')).toBeUndefined()
  const filters = (path: string) => refsOf(paths[path]?.['get']?.parameters)
  expect(filters('/rpc/lent_now')).toContain('ShownFilter')
  expect(filters('/rpc/lent_now')).not.toContain('HiddenNoteFilter')
  expect(filters('/rpc/lent_ever')).toContain('HiddenNoteFilter')
  expect(JSON.stringify(sent(catalog, 'authenticated').components.schemas)).not.toContain('lent')
})

test('PUT is there for those who may read, insert and update the whole key', async () => {
  const catalog = await catalogOf(GUARDED)
  expect(sent(catalog, 'anon').paths['/kept']).toMatchObject({ post: {}, patch: {} })
  expect(sent(catalog, 'anon').paths['/kept']).not.toHaveProperty('put')
  expect(sent(catalog, 'authenticated').paths['/kept']).toHaveProperty('put')
  expect(sent(catalog, 'authenticated').paths['/counted']).not.toHaveProperty('put')
})

test('plans are among the answers where they are enabled', async () => {
  const catalog = await catalogOf(`
    create table notes (id int primary key);
    create function tidy() returns void language sql as '';
    grant usage on schema public to anon;
    grant insert on notes to anon;
    grant select on notes to authenticated;
  `)
  const type = 'application/vnd.pgrst.plan+json'
  const plans = { plans: true }
  expect(JSON.stringify(sent(catalog))).not.toContain(type)
  const known = sent(catalog, undefined, plans)
  expect(known.components.responses['Notes']?.['content']).toHaveProperty([type])
  const plan = { $ref: '#/components/responses/StatementPlan' }
  expect(sent(catalog, 'anon', plans).paths['/notes']?.['post']?.responses['200']).toEqual(plan)
  expect(known.paths['/rpc/tidy']?.['post']?.responses['200']).toEqual(plan)
  expect(await lintErrors(known)).toEqual([])
})
