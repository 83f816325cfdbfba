import { beforeAll, expect, test } from 'vitest'
import { catalogOf } from '../../../tests/support/catalog-of.ts'
import { embed, field, read, star } from '../../../tests/support/requests.ts'
import type { Catalog } from '../catalog/index.ts'
import { planRead } from './read.ts'
import type { SelectRequest } from './request.ts'
import { leavesNoTrace } from './traces.ts'

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
