import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  InvalidationTrial,
  literal,
  type Question,
  without,
} from '../../../tests/support/invalidation-trial.ts'
import { createRandom, type Random } from '../../../tests/support/random.ts'
import { embed, field, path, read, star } from '../../../tests/support/requests.ts'
import { seed } from '../../../tests/support/seed.ts'
import { parameter } from '../../base/index.ts'
import type {
  ConditionRequest,
  EmbedRequest,
  ReadRequest,
  SelectRequest,
  TestRequest,
} from '../plan/index.ts'

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

class Questions {
  readonly #trial: InvalidationTrial
  readonly #random: Random
  #values: string[] = []

  constructor(trial: InvalidationTrial, random: Random) {
    this.#trial = trial
    this.#random = random
  }

  /** A question that PostgreSQL has an answer to, and that may be kept. */
  async next(): Promise<Question> {
    for (;;) {
      this.#values = []
      const relation = this.#random.pick([...Object.keys(TABLES), ...Object.keys(VIEWS)])
      const request = read(relation, this.#node(relation, 2))
      const count = this.#random.pick(['exact', undefined] as const)
      const question = await this.#trial.question(request, this.#values, count)
      if (question !== undefined) return question
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

const QUESTIONS = Number(process.env['STIER_SOUNDNESS_QUESTIONS'] ?? 60)
const CHANGES = Number(process.env['STIER_SOUNDNESS_CHANGES'] ?? 60)

let trial: InvalidationTrial
let isThinned = false
const random = createRandom(seed)
beforeAll(async () => {
  trial = await InvalidationTrial.start(SCHEMA, {
    arriving: event => (isThinned ? without(event, () => random.oneIn(3)) : event),
  })
})
afterAll(() => trial.stop())

async function ask(): Promise<void> {
  for (let index = 0; index < 80; index++) {
    await trial.client.query(changeBy(random)).catch(() => undefined)
  }
  const generator = new Questions(trial, random)
  const questions: Question[] = []
  while (questions.length < QUESTIONS) questions.push(await generator.next())
  await trial.watch(questions)
  for (let done = 0; done < CHANGES; ) if (await trial.change(changeBy(random))) done++
}

test(`an answer that differs after a change was said to depend on it (seed ${seed})`, async () => {
  await ask()
  const { cases, differed, predicate } = trial.tally
  expect(cases).toBeGreaterThanOrEqual(3_600)
  expect(differed).toBeGreaterThan(50)
  expect(predicate).toBeGreaterThan(0)
}, 120_000)

test(`columns that a change says nothing of may be anything (seed ${seed})`, async () => {
  isThinned = true
  const { differed } = trial.tally
  await ask()
  expect(trial.tally.differed).toBeGreaterThan(differed)
}, 120_000)
