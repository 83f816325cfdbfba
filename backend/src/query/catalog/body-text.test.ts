import { expect, test } from 'vitest'
import { readBody } from './body-text.ts'

const scope = { parameters: ['name', 'row_'], columns: ['title'] }

/** Calls in one line each: `schema.name(argument)->key`, with `!` where the call's answer is the whole answer. */
function callsOf(text: string, language = 'sql'): readonly string[] | undefined {
  return readBody(language, text, scope)?.calls.map(call => {
    const name = call.schema === undefined ? call.name : `${call.schema}.${call.name}`
    const key = call.key === undefined ? '' : `->${call.key}`
    return `${name}(${call.argument ?? (call.arguments > 0 ? '?' : '')})${key}${call.isResult ? '!' : ''}`
  })
}

test.each<[string, readonly string[]]>([
  ["select 'x'", []],
  ["select current_setting('a', true)", ['current_setting(a)!']],
  ["select current_setting('a')::json ->> 'sub';", ['current_setting(a)->sub']],
  ["select (current_setting('a')::json -> 'x') ->> 'sub'", ['current_setting(a)->x']],
  ["select cast(current_setting('a') as jsonb) ? 'x'", ['current_setting(a)->x']],
  ["select coalesce(nullif(current_setting('a', true), ''), '{}')::jsonb", ['current_setting(a)!']],
  ["select nullif(current_setting('a', true), '{}')::jsonb", ['current_setting(a)']],
  ["select (select auth.jwt()) ->> 'sub' as who", ['auth.jwt()->sub']],
  ['select auth.jwt() ->> name', ['auth.jwt()']],
  ["select auth.jwt() ->> 'a' || 'b'", ['auth.jwt()->a']],
  ["select auth.jwt() ->> ('a' || 'b')", ['auth.jwt()']],
  ["select auth.jwt() = '{}'", ['auth.jwt()']],
  ['select auth.jwt() is null or not f(1) and g($1) in (1, 2)', ['auth.jwt()', 'f(?)', 'g(?)']],
  ["select case when f() then 'a' else auth.jwt() ->> 'x' end", ['f()', 'auth.jwt()->x']],
  ['select row_.title || $1.title || name', []],
  ['select "F"(1) -- a comment', ['F(?)!']],
  ['/* a comment */ SELECT Lower(name)', ['lower(?)!']],
  ["select 'it''s'::text = name and f('it''s')", ["f(it's)"]],
  ['select -1 + f(2) * 3 is distinct from 4', ['f(?)']],
])('%s', (text, calls) => {
  expect(callsOf(text)).toEqual(calls)
})

test('a block of PL/pgSQL that only returns is read too', () => {
  expect(callsOf("begin\n return auth.jwt() ->> 'x';\nend;", 'plpgsql')).toEqual(['auth.jwt()->x'])
  expect(callsOf('begin return 1; return 2; end', 'plpgsql')).toBeUndefined()
  expect(callsOf('declare x int; begin return 1; end', 'plpgsql')).toBeUndefined()
})

test('words for the role are told', () => {
  expect(readBody('sql', 'select current_user = session_user', scope)?.words).toEqual(['role'])
})

test.each([
  '',
  'select',
  'select 1; select 2',
  'select 1 from t',
  'select * from t',
  'select (select id from t)',
  'select exists (select 1 from t)',
  'select array(select 1)',
  'select now()::date',
  'select name::timestamptz',
  "select timestamp 'now'",
  "select date 'today'",
  'select current_timestamp',
  'select localtime',
  'select unknown_name',
  'select row_.shout',
  'select $1.shout',
  'select (row_).title',
  "select e'\\x41'",
  "select 'a\\b'",
  "select 'a' 'b'",
  'select $$a$$',
  'select U&"x"(1)',
  'select /* open 1',
  'select /* a /* nested */ b */ 1',
  "select f('x'::color)",
  'select a.b.c()',
  'select f(x => 1)',
  'select 1 @@@ 2',
  'select sum(1) over ()',
  'insert into t values (1)',
  `select ${'('.repeat(2_000)}1${')'.repeat(2_000)}`,
])('%j is beyond the grammar', text => {
  expect(callsOf(text)).toBeUndefined()
})
