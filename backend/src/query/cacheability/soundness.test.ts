import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readAs } from '../../../tests/support/catalog-of.ts'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { createRandom, type Random } from '../../../tests/support/random.ts'
import { embed, field, path, read, star } from '../../../tests/support/requests.ts'
import { seed } from '../../../tests/support/seed.ts'
import { parameter } from '../../base/index.ts'
import type { Change, Dependency, Precision } from '../../capabilities/cache/index.ts'
import type { Catalog } from '../catalog/index.ts'
import {
  type ConditionRequest,
  type EmbedRequest,
  planRead,
  type ReadRequest,
  type SelectRequest,
  type TestRequest,
} from '../plan/index.ts'
import { compileRead } from '../sql/index.ts'
import { cacheabilityOf } from './cacheability.ts'
import { changeOf, valuesAt } from './change.ts'
import { membersOf } from './claims.ts'
import type { RowChange } from './types.ts'

const SCHEMA = `
  create type color as enum ('red', 'green', 'blue');
  create collation loose (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
  create table groups (id int primary key, name text, tier color, ref uuid unique, parent int references groups);
  create table items (
    id int primary key, group_id bigint, code text, price numeric(8,2), live boolean, at timestamptz, day date, big bigint,
    mark uuid, hue color, facts jsonb, loose text collate loose, seen timestamp, size float8
  );
  alter table items add foreign key (group_id) references groups (id) on delete cascade on update cascade;
  create table labels (id uuid primary key, label text);
  create table item_labels (
    item_id int references items on delete cascade on update cascade,
    label_id uuid references labels on delete cascade, primary key (item_id, label_id)
  );
  create table parts (id int, region text, amount int, primary key (id, region)) partition by list (region);
  create table parts_a partition of parts for values in ('a');
  create table parts_rest partition of parts default;
  create table base (id int primary key, amount int);
  create table derived (extra text) inherits (base);
  create table docs (id int primary key, title text, team int);
  create table members (team int, who text, primary key (team, who));
  create table bare (a int, b text);
  alter table docs enable row level security;
  create policy team on docs using (
    team in (select m.team from members m where m.who = current_setting('request.jwt.claims', true)::json ->> 'sub')
  );
  create view live_items as select * from items where live;
  create view named_items as select i.id, i.code, i.group_id, g.name from items i left join groups g on g.id = i.group_id;
  create function item_count(groups) returns bigint stable begin atomic
    select count(*) from items where group_id = $1.id; end;
  create function red_items(groups) returns setof items stable begin atomic
    select * from items where group_id = $1.id and hue = 'red'; end;
  grant select on all tables in schema public to authenticated;

  create schema log;
  create table log.events (position int generated always as identity, relation oid, kind text, key json, old json, new json);
  create function log.write() returns trigger language plpgsql security definer set timezone = 'UTC' as $$
    declare
      root oid := coalesce(pg_partition_root(tg_relid), tg_relid);
      row_ json := row_to_json(case when tg_op = 'DELETE' then old else new end);
    begin
      insert into log.events (relation, kind, key, old, new) values (root, lower(tg_op), (
        select json_object_agg(a.attname, row_ -> a.attname) from pg_index i
        join pg_attribute a on a.attrelid = root and a.attnum = any(i.indkey::int2[])
        where i.indrelid = root and i.indisprimary
      ), case when tg_op <> 'INSERT' then row_to_json(old) end, case when tg_op <> 'DELETE' then row_to_json(new) end);
      return null;
    end $$;
  create function log.write_truncate() returns trigger language plpgsql security definer as $$
    begin
      insert into log.events (relation, kind) values (tg_relid, 'truncate');
      return null;
    end $$;
  do $$ declare name text; begin
    foreach name in array '{groups,items,labels,item_labels,parts,base,derived,docs,members,bare}'::text[] loop
      execute format('create trigger log after insert or update or delete on %I for each row execute function log.write()', name);
      execute format('create trigger log_truncate after truncate on %I execute function log.write_truncate()', name);
    end loop;
  end $$;
`

const UUIDS = [1, 2, 3, 4].map(digit => `00000000-0000-0000-0000-00000000000${digit}`)
const TIMES = [
  '2020-01-01T00:00:00Z',
  '2020-01-01T01:00:00+01:00',
  '2021-06-01T12:00:00.5Z',
  'infinity',
]

/** Values of a column, as rows get them and as filters ask for them. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  id: ['1', '2', '3', '4', '05', '6'],
  int: ['0', '1', '2', '3', '9007199254740993'],
  text: ['a', 'b', 'A', 'ab', '', 'c,"d"'],
  numeric: ['1', '1.0', '2.50', '-3', '2.5'],
  boolean: ['true', 'false'],
  uuid: UUIDS,
  color: ['red', 'green', 'blue'],
  time: TIMES,
  timestamp: ['2020-01-01T00:00:00', '2020-01-01', '2021-06-01 12:00:00.5'],
  date: ['2020-01-01', '2020-02-01', '-infinity'],
  json: ['{"a": 1}', 'null', '{"a": 2}'],
}

const TABLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  groups: { id: 'id', name: 'text', tier: 'color', ref: 'uuid', parent: 'id' },
  items: {
    id: 'id',
    group_id: 'id',
    code: 'text',
    price: 'numeric',
    live: 'boolean',
    at: 'time',
    day: 'date',
    big: 'int',
    mark: 'uuid',
    hue: 'color',
    facts: 'json',
    loose: 'text',
    seen: 'timestamp',
    size: 'numeric',
  },
  labels: { id: 'uuid', label: 'text' },
  item_labels: { item_id: 'id', label_id: 'uuid' },
  parts: { id: 'id', region: 'text', amount: 'id' },
  base: { id: 'id', amount: 'id' },
  derived: { id: 'id', amount: 'id', extra: 'text' },
  docs: { id: 'id', title: 'text', team: 'id' },
  members: { team: 'id', who: 'text' },
  bare: { a: 'id', b: 'text' },
}
const VIEWS: Readonly<Record<string, string>> = { live_items: 'items', named_items: 'named' }
const NAMED = { id: 'id', code: 'text', group_id: 'id', name: 'text' }
const KEYS: Readonly<Record<string, readonly string[]>> = {
  item_labels: ['item_id', 'label_id'],
  parts: ['id', 'region'],
  members: ['team', 'who'],
  bare: ['a', 'b'],
}
const EMBEDS: Readonly<Record<string, readonly (readonly [target: string, table: string])[]>> = {
  groups: [
    ['items', 'items'],
    ['red_items', 'items'],
    ['groups!parent', 'groups'],
  ],
  items: [
    ['groups', 'groups'],
    ['labels', 'labels'],
    ['item_labels', 'item_labels'],
  ],
  labels: [['items', 'items']],
  item_labels: [['items', 'items']],
}

let database: TestDatabase
let catalog: Catalog
let client: pg.Client
beforeAll(async () => {
  database = await createDatabase(SCHEMA)
  catalog = await readAs(database.url)
  client = new pg.Client(database.url)
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await database.drop()
})

/** A request and its values. */
interface Question {
  readonly text: string
  readonly values: readonly string[]
  readonly dependencies: readonly Dependency<RowChange>[]
  readonly hasOrder: boolean
}

class Questions {
  readonly #random: Random
  #values: string[] = []

  constructor(random: Random) {
    this.#random = random
  }

  /** A question that PostgreSQL has an answer to, and that may be kept. */
  async next(): Promise<Question> {
    for (;;) {
      this.#values = []
      const relation = this.#random.pick([...Object.keys(TABLES), ...Object.keys(VIEWS)])
      const request = read(relation, this.#node(relation, 2))
      const plan = planRead(catalog, request, { aggregates: true, rowsMax: undefined })
      const shape = {
        format: 'array',
        stripNulls: false,
        count: this.#random.pick(['exact', undefined] as const),
      } as const
      const found = cacheabilityOf(plan, catalog, shape)
      if (!found.cacheable) throw new Error(JSON.stringify(found.reasons))
      const { text } = compileRead(plan, shape, { serverVersion: catalog.serverVersion })
      const values = this.#values
      try {
        await client.query(text, values)
      } catch {
        continue
      }
      const dependencies = found.dependencies(values)
      return { text, values, dependencies, hasOrder: request.order.length > 0 }
    }
  }

  #node(relation: string, depth: number): Omit<ReadRequest, 'schema' | 'relation'> {
    const random = this.#random
    const columns = columnsOf(relation)
    const embeds = this.#embeds(relation, depth)
    const where = Array.from({ length: random.below(3) }, () => this.#condition(columns, 2))
    for (const { alias } of embeds) {
      if (random.oneIn(5)) where.push(nullEmbed(alias ?? '', random.oneIn(2)))
    }
    const key = KEYS[relation] ?? ['id']
    const isCut = random.oneIn(3)
    const select: SelectRequest[] = random.oneIn(2)
      ? [star]
      : [field(random.pick(Object.keys(columns)))]
    if (relation === 'groups' && random.oneIn(3)) select.push(field('item_count'))
    return {
      select: [...select, ...embeds],
      where,
      order: isCut
        ? key.map(name => ({ field: path(name), direction: random.pick(['asc', 'desc']) }))
        : [],
      limit: isCut ? this.#value(random.pick(['0', '1', '2'])) : undefined,
      offset: isCut && random.oneIn(2) ? this.#value('1') : undefined,
    }
  }

  #embeds(relation: string, depth: number): EmbedRequest[] {
    const random = this.#random
    const candidates = depth === 0 ? [] : (EMBEDS[relation] ?? [])
    return candidates
      .filter(() => random.oneIn(3))
      .map(([target, table], index) =>
        embed(target, [], {
          ...this.#node(table, depth - 1),
          alias: `e${index}`,
          join: random.pick(['inner', 'left', undefined]),
        }),
      )
  }

  #condition(columns: Readonly<Record<string, string>>, depth: number): ConditionRequest {
    const random = this.#random
    const negated = random.oneIn(4)
    if (depth > 0 && random.oneIn(4)) {
      const parts = [1, 2].map(() => this.#condition(columns, depth - 1))
      return { kind: random.pick(['and', 'or']), negated, conditions: parts }
    }
    const name = random.pick(Object.keys(columns).slice(0, random.oneIn(2) ? 3 : undefined))
    return { kind: 'filter', field: path(name), negated, test: this.#test(columns[name] ?? '') }
  }

  #test(type: string): TestRequest {
    const random = this.#random
    const one = () => random.pick(VALUES[type] ?? [])
    if (random.oneIn(6)) return { kind: 'is', value: random.pick(['null', 'not_null']) }
    if (random.oneIn(4)) {
      const list = Array.from({ length: random.below(4) }, () => JSON.stringify(one()))
      return { kind: 'in', value: this.#value(`{${list.join(',')}}`) }
    }
    const operators = ['eq', 'eq', 'eq', 'neq', 'gt', 'lte', ...(type === 'text' ? ['like'] : [])]
    return { kind: 'compare', operator: random.pick(operators), value: this.#value(one()) }
  }

  #value(text: string) {
    return parameter(this.#values.push(text))
  }
}

function columnsOf(relation: string): Readonly<Record<string, string>> {
  const view = VIEWS[relation]
  return view === 'named' ? NAMED : (TABLES[view ?? relation] ?? {})
}

function nullEmbed(name: string, negated: boolean): ConditionRequest {
  return { kind: 'filter', field: path(name), negated, test: { kind: 'is', value: 'null' } }
}

function literal(value: string | null): string {
  return value === null ? 'null' : `'${value.replaceAll("'", "''")}'`
}

/** A statement that changes something, most often one row. */
function changeBy(random: Random): string {
  const table = random.pick(Object.keys(TABLES))
  const columns = TABLES[table] ?? {}
  const names = Object.keys(columns)
  const value = (name: string) =>
    random.oneIn(6) ? 'null' : literal(random.pick(VALUES[columns[name] ?? ''] ?? ['1']))
  const target = random.pick(names)
  const where = `where ${target} = ${literal(random.pick(VALUES[columns[target] ?? ''] ?? []))}`
  const changed = random.pick(names)
  const insert = `insert into ${table} (${names.join(', ')}) values (${names.map(value).join(', ')}) on conflict do nothing`
  switch (random.below(8)) {
    case 0:
      return `delete from ${table} ${where}`
    case 1:
    case 2:
    case 3:
      return insert
    case 4:
      return random.oneIn(12) ? `truncate ${table} cascade` : insert
    default:
      return `update ${table} set ${changed} = ${value(changed)} ${random.oneIn(6) ? '' : where}`
  }
}

/** One round trip for all of them, as somebody whom policies bind. */
async function answersOf(questions: readonly Question[]): Promise<readonly string[]> {
  const claims = `set request.jwt.claims = '{"sub": "a"}'`
  const texts = questions.map(({ text, values }) =>
    text.replace(/\$(\d+)/g, (_, index) => literal(values[Number(index) - 1] ?? null)),
  )
  const results = (await client.query(
    [claims, 'set role authenticated', ...texts, 'reset role'].join(';\n'),
  )) as unknown as pg.QueryResult<{ body: string; total: string | null }>[]
  return results
    .slice(2, -1)
    .map(({ rows: [row] }) => `${row?.total} ${sortedDeep(row?.body ?? '')}`)
}

/** Rows that nobody ordered have no order. */
function sortedDeep(json: string): string {
  return JSON.stringify(JSON.parse(json), (_, value: unknown) =>
    Array.isArray(value) ? value.map(item => JSON.stringify(item)).sort() : value,
  )
}

/** What was changed since the last time. */
async function takeEvents() {
  const { rows } = await client.query<Record<string, string | null>>(
    `with gone as (delete from log.events returning *)
     select relation::text, kind, key::text, old::text, new::text from gone order by position`,
  )
  return rows.map(row =>
    changeOf(
      {
        relation: Number(row['relation']),
        kind: row['kind'] as 'insert',
        cursor: { xid: 1n, position: 1n },
        key: rowOf(row['key']),
        old: rowOf(row['old']),
        new: rowOf(row['new']),
      },
      catalog,
    ),
  )
}

/** As the journal has them: strings decoded, everything else its JSON text. */
function rowOf(json: string | null | undefined): Record<string, string | null> | undefined {
  if (json === null || json === undefined) return undefined
  const row: Record<string, string | null> = Object.create(null) as Record<string, string | null>
  for (const [name, value] of membersOf(json) ?? []) {
    row[name] =
      value === 'null' ? null : value.startsWith('"') ? (JSON.parse(value) as string) : value
  }
  return row
}

/** How narrowly one of the changes concerns one of the dependencies. */
function concern(
  dependencies: readonly Dependency<RowChange>[],
  changes: readonly Change<bigint, RowChange>[],
): Precision | undefined {
  for (const dependency of dependencies) {
    for (const change of changes) {
      const precision = dependency.tag === change.tag ? precisionOf(dependency, change) : undefined
      if (precision !== undefined) return precision
    }
  }
  return undefined
}

function precisionOf(
  { keys, test: satisfies, index }: Dependency<RowChange>,
  { keys: changed, data }: Change<bigint, RowChange>,
): Precision | undefined {
  if (changed === undefined || data === undefined) return 'table'
  if (keys !== undefined) return keys.some(key => changed.includes(key)) ? 'row' : undefined
  if (satisfies === undefined) return 'table'
  const isSatisfied = satisfies(data)
  const values = index && valuesAt(data, index.field)
  if (isSatisfied && index !== undefined && values?.includes(index.value) === false) {
    throw new Error(`satisfied without ${JSON.stringify(index)}`)
  }
  return isSatisfied ? 'predicate' : undefined
}

const QUESTIONS = Number(process.env['STIER_SOUNDNESS_QUESTIONS'] ?? 50)
const CHANGES = Number(process.env['STIER_SOUNDNESS_CHANGES'] ?? 45)

test(`an answer that differs after a change was said to depend on it (seed ${seed})`, async () => {
  const random = createRandom(seed)
  const generator = new Questions(random)
  const tally = { cases: 0, differed: 0, told: 0, needless: 0, row: 0, predicate: 0, table: 0 }
  for (let index = 0; index < 80; index++)
    await client.query(changeBy(random)).catch(() => undefined)
  await takeEvents()
  const questions: Question[] = []
  while (questions.length < QUESTIONS) questions.push(await generator.next())
  let before = await answersOf(questions)
  for (let done = 0; done < CHANGES; ) {
    const statement = changeBy(random)
    const { rowCount } = await client.query(statement).catch(() => ({ rowCount: 0 }))
    const events = await takeEvents()
    if (rowCount === 0 && events.length === 0) continue
    done++
    const after = await answersOf(questions)
    questions.forEach((question, index) => {
      const differs = after[index] !== before[index]
      const precision = concern(question.dependencies, events)
      tally.cases++
      if (differs) tally.differed++
      if (precision !== undefined) {
        tally.told++
        tally[precision]++
        if (!differs) tally.needless++
      }
      if (differs && precision === undefined) {
        throw new Error(
          `not told: ${JSON.stringify({ statement, question, before: before[index], after: after[index] })}`,
        )
      }
    })
    before = after
  }
  console.log(JSON.stringify(tally))
  expect(tally.cases).toBeGreaterThanOrEqual(2_000)
  expect(tally.differed).toBeGreaterThan(10)
  expect(tally.predicate).toBeGreaterThan(0)
}, 120_000)
