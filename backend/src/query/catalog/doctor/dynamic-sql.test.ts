import { expect, test } from 'vitest'
import { concatenates } from './dynamic-sql.ts'

const TEXTS = ['p_name', '$1', 'data']

test.each([
  "begin execute 'select * from ' || p_name; end",
  "begin return query execute 'select 1 where a = ''' || p_name || ''''; end",
  "begin execute format('select * from %s', p_name); end",
  "begin execute format('select %I from %2$s', 'x', $1); end",
  'begin execute p_name; end',
  "declare q text := 'select ' || p_name; begin execute q into x; end",
  "declare q constant text := p_name; begin q2 := q || ';'; perform 1; execute q2; end",
  "begin if true then q := concat('select ', p_name); end if; for r in execute q loop null; end loop; end",
  "begin execute 'set x = ' || (data ->> 'value'); end",
  'begin execute $x$select $x$ || lower(P_NAME); end',
  "begin execute 'insert into ' || new.table_name || ' values (1)'; end",
  "begin execute 'select ' || f.p_name; end",
  "begin /* ; */ execute -- what\n p_name || ''; end",
])('%s', body => {
  expect(concatenates(body, TEXTS)).toBe(true)
})

test.each([
  "begin execute 'select 1'; end",
  "begin execute 'select * from t where a = $1' using p_name; end",
  "begin execute format('select * from %I where a = %L', p_name, p_name); end",
  "begin execute 'select * from ' || quote_ident(p_name); end",
  "begin execute 'select * from ' || p_name::regclass; end",
  "begin execute format('select * from %s', p_name::regclass); end",
  "begin execute format('select %s', length(p_name)); end",
  "begin execute format('%s %%s', 'a') using p_name; end",
  "begin raise notice 'execute % || %', p_name, 1; end",
  "begin execute 'p_name || '; end",
  "begin for r in select tablename from pg_tables loop execute 'analyze ' || r.tablename; end loop; end",
  "declare q text := 'select 1'; begin x := p_name; execute q; end",
  "begin execute 'grant execute on function f to ' || quote_ident(p_name); end",
  'begin -- execute p_name\n perform p_name; end',
  "begin execute 'insert into log select ($1).*' using new; end",
])('%s is harmless', body => {
  expect(concatenates(body, TEXTS)).toBe(false)
})
