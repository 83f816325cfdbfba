import { beforeAll, expect, test } from 'vitest'
import { parameter } from '../../base/index.ts'
import { catalogOf } from '../../../tests/support/catalog-of.ts'
import { embed, field, read, star } from '../../../tests/support/requests.ts'
import type { Catalog } from '../catalog/index.ts'
import { planRead } from './read.ts'
import type { SelectRequest } from './request.ts'
import { leavesNoTrace, writeLeavesNoTrace } from './traces.ts'
import type { WriteRequest } from './request.ts'
import { planWrite } from './write.ts'

const SCHEMA = `
  create function note() returns boolean language sql volatile
    as $$ select set_config('app.noted', 'yes', false) is not null $$;
  create function me() returns text language sql stable as $$ select current_setting('app.me', true) $$;
  create table plain (id int primary key, owner text);
  create table guarded (id int primary key, plain_id int references plain, owner text);
  alter table guarded enable row level security;
  create policy own on guarded using (owner = me());
  create table noisy (id int primary key, plain_id int references plain);
  alter table noisy enable row level security;
  create policy noted on noisy using (note());
  create view quiet_view as select id, owner from plain where owner <> me();
  create view noisy_view as select id, note() as noted from plain;
  create view over_noisy as select id from noisy_view;
  create function shout(plain) returns text language sql immutable as $$ select upper($1.owner) $$;
  create function tally(plain) returns int language sql volatile as $$ select 1 $$;
  create function others(plain) returns setof guarded language sql stable rows 5
    as $$ select * from guarded $$;
  create function fire() returns trigger language plpgsql
    as $$ begin perform set_config('app.fired', 'yes', false); return new; end $$;
  create schema s_tier;
  create function s_tier.journal_write() returns trigger language plpgsql as $$ begin return null; end $$;
  create table journaled (id int primary key, owner text);
  create trigger kept after update on journaled for each statement execute function s_tier.journal_write();
  create table fired (id int primary key, owner text);
  create trigger fire before update on fired for each row execute function fire();
  create table cascading (id int primary key, owner text);
  create table below (id int references cascading on delete cascade);
  create table ruled (id int primary key, owner text);
  create rule also as on update to ruled do also select note();
  create table checked (id int primary key, owner text check (upper(owner) <> 'X'));
  create table bounded (id int primary key check (id > 0), owner text);
  create domain owner_name as text check (note());
  create table named (id int primary key, owner owner_name);
  create table named_all (id int primary key, owner owner_name[]);
  create table parent (id int primary key, owner text);
  create table child () inherits (parent);
  create table divided (id int primary key, owner text) partition by list (id);
`

let catalog: Catalog
beforeAll(async () => {
  catalog = await catalogOf(SCHEMA)
})

function isQuiet(relation: string, select: readonly SelectRequest[] = [star]): boolean {
  const rules = { aggregates: false, rowsMax: undefined }
  return leavesNoTrace(planRead(catalog, read(relation, { select }), rules), catalog)
}

test('tables, views and policies that call nothing volatile leave nothing behind', () => {
  const quiet = ['plain', 'guarded', 'quiet_view'].map(name => isQuiet(name))
  expect(quiet).toEqual([true, true, true])
  expect(isQuiet('plain', [star, field('shout'), embed('guarded', [star])])).toBe(true)
})

test('a volatile function in a view, below it, in a policy or as a field may', () => {
  const noisy = ['noisy_view', 'over_noisy', 'noisy'].map(name => isQuiet(name))
  expect(noisy).toEqual([false, false, false])
  expect(isQuiet('plain', [field('tally')])).toBe(false)
  expect(isQuiet('plain', [star, embed('noisy', [star])])).toBe(false)
})

test('of a relationship that is a function nobody knows', () => {
  expect(isQuiet('plain', [star, embed('others', [star])])).toBe(false)
})

const RULES = { aggregates: false }

function isQuietWrite(relation: string, request: Partial<WriteRequest> = {}): boolean {
  const asked = { ...read(relation, { select: [star] }), ...WRITE, ...request }
  return writeLeavesNoTrace(planWrite(catalog, asked, RULES), catalog)
}

const WRITE = {
  action: 'update',
  columns: ['owner'],
  body: { value: parameter(1), isArray: false },
  missing: 'null',
  conflict: undefined,
  returning: 'nothing',
} as const
const REMOVE = { action: 'delete', columns: [], body: undefined } as const

test('a change or removal of rows that runs nothing of the user leaves nothing behind', () => {
  for (const name of ['plain', 'guarded', 'journaled', 'bounded', 'below']) {
    const columns = name === 'below' || name === 'bounded' ? ['id'] : ['owner']
    expect(isQuietWrite(name, { columns }), name).toBe(true)
    expect(isQuietWrite(name, REMOVE), name).toBe(true)
  }
  expect(isQuietWrite('plain', { returning: 'rows', select: [star, field('shout')] })).toBe(true)
})

const LOUD = ['fired', 'cascading', 'ruled', 'checked', 'named', 'named_all', 'parent', 'child']
test.each([...LOUD, 'divided', 'noisy'])('behind a write of %s may be anything', name => {
  expect(isQuietWrite(name, REMOVE)).toBe(false)
})

test('new rows take values from sequences, whose last one a session remembers', () => {
  expect(isQuietWrite('plain', { action: 'insert' })).toBe(false)
  expect(isQuietWrite('plain', { missing: 'default' })).toBe(false)
})

test('what a write answers may leave something behind as well', () => {
  expect(isQuietWrite('plain', { returning: 'rows', select: [field('tally')] })).toBe(false)
  const embeds = { returning: 'rows', select: [star, embed('noisy', [star])] } as const
  expect(isQuietWrite('plain', embeds)).toBe(false)
})
