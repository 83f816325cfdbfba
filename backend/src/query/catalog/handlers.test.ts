import { beforeAll, expect, test } from 'vitest'
import { catalogOf } from '../../../tests/support/catalog-of.ts'
import type { Catalog } from './types.ts'

let catalog: Catalog

beforeAll(async () => {
  catalog = await catalogOf(`
    create schema elsewhere;
    create domain color as int;
    create domain plain as int;
    create function color_json(color) returns json immutable language sql as 'select to_json(1)';
    create function json_color(json) returns color immutable language sql as 'select 1';
    create function text_color(text) returns color immutable language sql as 'select 1';
    create function plain_json(plain) returns json immutable language sql as 'select to_json(1)';
    create function text_plain(text) returns plain immutable language sql as 'select 1';
    create cast (color as json) with function color_json(color) as implicit;
    create cast (json as color) with function json_color(json) as implicit;
    create cast (text as color) with function text_color(text) as implicit;
    create cast (plain as json) with function plain_json(plain) as assignment;
    create cast (text as plain) with function text_plain(text) as implicit;
    create domain forbidden as int;
    create function forbidden_json(forbidden) returns json immutable language sql as 'select to_json(1)';
    revoke execute on function forbidden_json(forbidden) from public;
    create cast (forbidden as json) with function forbidden_json(forbidden) as implicit;

    create table lines (id int);
    create domain "Text/X.Y+z-1" as text;
    create domain "*/*" as bytea;
    create domain "no/media/type" as text;
    create function page() returns "Text/X.Y+z-1" language sql as 'select ''x''';
    create function page_set() returns setof "Text/X.Y+z-1" language sql as 'select ''x''';
    create function wrong() returns "no/media/type" language sql as 'select ''x''';
    create function anything() returns "*/*" language sql as 'select ''x''::bytea';
    create function elsewhere.unseen() returns "*/*" language sql as 'select ''x''::bytea';
    create function add_line("Text/X.Y+z-1", lines) returns "Text/X.Y+z-1" language sql as 'select $1';
    create function add_any("*/*", anyelement) returns "*/*" language sql as 'select $1';
    create function add_two("*/*", int, int) returns "*/*" language sql as 'select $1';
    create function add_int("*/*", int) returns "*/*" language sql as 'select $1';
    create aggregate lines_agg(lines) (sfunc = add_line, stype = "Text/X.Y+z-1");
    create aggregate any_agg(anyelement) (sfunc = add_any, stype = "*/*");
    create aggregate two_agg(int, int) (sfunc = add_two, stype = "*/*");
    create aggregate int_agg(int) (sfunc = add_int, stype = "*/*");
  `)
})

test('implicit casts of a domain are its representations', () => {
  const color = [...catalog.representations.values()].find(one => one.type.name === 'color')
  expect(color).toMatchObject({
    toJson: { schema: 'public', name: 'color_json' },
    fromJson: { schema: 'public', name: 'json_color' },
    fromText: { schema: 'public', name: 'text_color' },
  })
  expect(catalog.representations.get(color?.type.oid ?? 0)).toBe(color)
})

test('other casts are not, nor those by a function that may not be executed', () => {
  const found = [...catalog.representations.values()]
  expect(found.map(one => one.type.name).sort()).toEqual(['color', 'plain'])
  expect(found.find(one => one.type.name === 'plain')).toMatchObject({
    toJson: null,
    fromJson: null,
    fromText: { name: 'text_plain' },
  })
})

test('functions and aggregates that answer a media type handle it', () => {
  const lines = catalog.mediaHandlers.map(one => {
    const over = one.aggregate ? ` over ${one.relation?.name ?? 'anything'}` : ''
    return `${one.mediaType} by ${one.function.name}${over}`
  })
  expect(lines.filter(line => !/ by add_/.test(line)).sort()).toEqual([
    '*/* by any_agg over anything',
    '*/* by anything',
    'text/x.y+z-1 by lines_agg over lines',
    'text/x.y+z-1 by page',
  ])
})

test('bytes are told from text', () => {
  const bytes = catalog.mediaHandlers.filter(one => one.bytes).map(one => one.mediaType)
  expect([...new Set(bytes)]).toEqual(['*/*'])
})

test('PostGIS is told only where it is installed', () => {
  expect(catalog.hasPostgis).toBe(false)
})
