import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  InvalidationTrial,
  literal,
  type Question,
} from '../../../tests/support/invalidation-trial.ts'
import { createRandom } from '../../../tests/support/random.ts'
import { field, filter, path, read, star } from '../../../tests/support/requests.ts'
import { seed } from '../../../tests/support/seed.ts'
import { parameter } from '../../base/index.ts'
import { planRead } from '../plan/index.ts'
import { cacheabilityOf } from './cacheability.ts'

/** Tables whose rows are rows of others, or change with rows of others. */
const SCHEMA = `
  create table events (id int, region text, amount int, primary key (id, region)) partition by list (region);
  create table events_a partition of events for values in ('a');
  create table events_rest (amount int, region text not null, id int not null) partition by range (id);
  create table events_low partition of events_rest for values from (minvalue) to (3);
  create table events_high partition of events_rest default;
  alter table events attach partition events_rest default;
  create view in_a as select * from events_a where amount > 1;
  create view sums as select region, sum(amount) as amount from events group by region;

  create table animals (id int primary key, name text);
  create table pets (id int, owner text);
  create table dogs (amount int) inherits (animals);
  create table puppies (unique (id)) inherits (dogs, pets);
  create view wild as select * from only animals;
  create view tame as select * from pets where owner = 'a';

  create table goods (id int primary key, amount int, doubled int generated always as (amount * 2) stored);
  create view costly as select id, amount from goods where amount > 5;
  create table parents (id int primary key, name text unique);
  create table kids (id int primary key, parent int references parents on delete cascade on update cascade, name text);
  create table toys (id int primary key, kid int references kids on delete set null on update set null);
  create table bare (id int, name text);
  create view families as select p.id, p.name, count(k.*) as amount from parents p left join kids k on k.parent = p.id group by 1;

  create table orders (id int primary key, amount int);
  create table ledger (id int primary key, amount int);
  create table quiet (id int primary key, amount int);
  create function book() returns trigger language plpgsql as $$ begin
    if tg_op <> 'INSERT' then
      delete from ledger where id = old.id;
      delete from quiet where id = old.id;
    end if;
    if tg_op <> 'DELETE' then
      insert into ledger values (new.id, new.amount) on conflict (id) do update set amount = 7;
      insert into quiet values (new.id, new.amount) on conflict do nothing;
    end if;
    return null;
  end $$;
  create trigger book after insert or update or delete on orders for each row execute function book();
`
/** Tables that are written and asked. */
const BOTH: Readonly<Record<string, readonly string[]>> = {
  events: ['id', 'region', 'amount'],
  animals: ['id', 'name'],
  pets: ['id', 'owner'],
  dogs: ['id', 'name', 'amount'],
  puppies: ['id', 'name', 'amount', 'owner'],
  tame: ['id', 'owner'],
  parents: ['id', 'name'],
  kids: ['id', 'parent', 'name'],
  toys: ['id', 'kid'],
  bare: ['id', 'name'],
  orders: ['id', 'amount'],
  ledger: ['id', 'amount'],
}
const WRITTEN: typeof BOTH = {
  ...BOTH,
  events_a: ['id', 'region', 'amount'],
  events_rest: ['id', 'region', 'amount'],
  events_low: ['id', 'region', 'amount'],
  events_high: ['id', 'region', 'amount'],
  in_a: ['id', 'region', 'amount'],
  goods: ['id', 'amount'],
}
const ASKED: typeof BOTH = {
  ...BOTH,
  sums: ['region', 'amount'],
  wild: ['id', 'name'],
  goods: ['id', 'amount', 'doubled'],
  families: ['id', 'name', 'amount'],
  quiet: ['id', 'amount'],
}
const TEXTS = ['a', 'b', 'c']
const TEXT_COLUMNS = ['region', 'name', 'owner']
const random = createRandom(seed)

const valueOf = (column: string): string =>
  TEXT_COLUMNS.includes(column) ? random.pick(TEXTS) : String(1 + random.below(5))

/** All of it, the rows of one value, those above it, or the first of those. */
function requestOf(relation: string, column: string) {
  const operator = random.pick(['eq', 'eq', 'neq', 'gt', 'in'])
  const value = operator === 'in' ? `{${valueOf(column)},${valueOf(column)}}` : valueOf(column)
  const wanted = parameter(1)
  const where = filter(
    column,
    operator === 'in'
      ? { kind: 'in', value: wanted }
      : { kind: 'compare', operator, value: wanted },
  )
  const isWhole = random.oneIn(4)
  return {
    values: isWhole ? [] : [value],
    request: read(relation, {
      select: [random.oneIn(2) ? star : field(random.pick(ASKED[relation] ?? []))],
      where: isWhole ? [] : [where],
      order: [{ field: path(column), direction: 'asc' }],
    }),
  }
}

function changeBy(): string {
  const table = random.pick(Object.keys(WRITTEN))
  const columns = WRITTEN[table] ?? []
  const [changed, asked] = [random.pick(columns), random.pick(columns)]
  const only = random.oneIn(4) ? 'only ' : ''
  const where = random.oneIn(5) ? '' : `where ${asked} = ${literal(valueOf(asked))}`
  switch (random.below(7)) {
    case 0:
      return `delete from ${only}${table} ${where}`
    case 1:
    case 2:
    case 3:
      return `insert into ${table} (${columns.join(', ')}) values (${columns.map(name => literal(valueOf(name))).join(', ')})`
    case 4:
      if (random.oneIn(6)) return `truncate ${table} cascade`
      return `truncate ${table} cascade; insert into ${table} (id) values (1) on conflict do nothing`
    default:
      return `update ${only}${table} set ${changed} = ${literal(valueOf(changed))} ${where}`
  }
}

const CHANGES = Number(process.env['STIER_SOUNDNESS_CHANGES'] ?? 120)

let trial: InvalidationTrial
beforeAll(async () => {
  trial = await InvalidationTrial.start(SCHEMA, { unjournaled: ['quiet'] })
})
afterAll(() => trial.stop())

test(`rows that are rows of other tables too, or change with them, are told to all readers (seed ${seed})`, async () => {
  const questions: Question[] = []
  for (const [relation, columns] of Object.entries(ASKED)) {
    for (const column of columns) {
      const { request, values } = requestOf(relation, column)
      const question = await trial.question(request, values)
      if (question !== undefined) questions.push(question)
    }
  }
  expect(questions.filter(question => !trial.isHeard(question))).toHaveLength(2) // Those of `quiet`.
  for (let index = 0; index < 60; index++) {
    await trial.client.query(changeBy()).catch(() => undefined)
  }
  await trial.watch(questions)
  for (let done = 0; done < CHANGES; ) if (await trial.change(changeBy())) done++
  expect(trial.tally.differed).toBeGreaterThan(100)
}, 120_000)

test('a view of one partition is not kept, for nobody knows its policies', () => {
  const plan = planRead(trial.catalog, read('in_a', { select: [star] }), {
    aggregates: true,
    rowsMax: undefined,
  })
  expect(cacheabilityOf(plan, trial.catalog)).toMatchObject({
    cacheable: false,
    reasons: [{ code: 'unknown-relation' }],
  })
})

test('a table that is altered is told of under a catalog that does not know it yet', async () => {
  const equals = (column: string) =>
    filter(column, { kind: 'compare', operator: 'eq', value: parameter(1) })
  const questions = [
    await trial.question(read('goods', { select: [field('amount')], where: [equals('amount')] }), [
      '1',
    ]),
    await trial.question(read('costly', { select: [star] }), []),
    await trial.question(read('costly', { select: [star], where: [equals('id')] }), ['1']),
  ]
  await trial.client.query(
    'truncate goods; insert into goods (id, amount) select n, n from generate_series(1, 3) as n',
  )
  await trial.watch(questions.filter(question => question !== undefined))
  const { differed } = trial.tally
  for (const definition of ALTERED) {
    await trial.client.query(definition)
    const key = definition.includes('ident') ? 'ident' : 'id'
    for (const statement of [
      `update goods set amount = 1 where ${key} = 2`,
      `update goods set amount = 9 where amount = 1`,
      `delete from goods`,
      `insert into goods (${key}, amount) values (1, 1), (2, 8), (3, 9)`,
    ]) {
      expect(await trial.change(statement), `${definition}; ${statement}`).toBe(true)
    }
    await trial.change('truncate goods')
    await trial.change(`insert into goods (${key}, amount) values (1, 1), (2, 8), (3, 9)`)
  }
  expect(trial.tally.differed).toBeGreaterThan(differed + ALTERED.length)
})

const ALTERED = [
  'alter table goods add extra int default 5',
  'alter table goods rename doubled to twice',
  'alter table goods drop twice',
  'alter table goods drop constraint goods_pkey',
  'alter table goods add primary key (amount, id)',
  'alter table goods rename id to ident',
]
