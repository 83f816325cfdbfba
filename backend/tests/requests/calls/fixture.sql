-- Functions of every kind, for the pages of this folder.

create type library.measure as (width numeric, height numeric);
create domain library.isbn as text check (value ~ '^[0-9-]{10,17}$');
create table archive.visits (id int generated always as identity primary key, guest text not null);
create table archive.uploads (id int generated always as identity primary key, content bytea);

-- One value.
create function library.add(a int, b int) returns int language sql immutable
  as $$ select a + b $$;
comment on function library.add is 'The sum of two numbers';
create function library.greet(name text default 'stranger') returns text language sql stable
  as $$ select 'Hello, ' || name $$;
create function library.today() returns date language sql stable as $$ select '2024-06-01'::date $$;
create function library.nothing_at_all() returns int language sql immutable as $$ select null::int $$;
create function library.as_json(value json) returns json language sql immutable as $$ select value $$;
create function library.shelf_mark(isbn library.isbn, condition library.condition default 'new')
  returns text language sql immutable as $$ select isbn || '/' || condition $$;
create function library."shelfMark"("isbnOf" text, "the shelf" int) returns text language sql immutable
  as $$ select "isbnOf" || '@' || "the shelf" $$;
create function library.settings_of_call() returns json language sql volatile as $$
  select json_build_object(
    'method', current_setting('request.method'), 'path', current_setting('request.path'),
    'role', current_user, 'member', current_setting('request.jwt.claims')::json -> 'member_id',
    'read only', current_setting('transaction_read_only'),
    'isolation', current_setting('transaction_isolation'))
$$;

create function library.noon() returns timestamptz language sql stable
  as $$ select '2024-06-01 12:00:00+00'::timestamptz $$;
create function library.code_and_bits(code char, bits bit) returns text language sql immutable
  as $$ select code || ' ' || bits::text $$;

-- Lists.
create function library.tags_as_json() returns setof json language sql stable
  as $$ select to_json(t) from library.tags as t $$;
create function library.longest(variadic titles text[] default '{}') returns text language sql immutable
  as $$ select t from unnest(titles) as t order by length(t) desc, t limit 1 $$;
create function library.doubled(numbers int[]) returns int[] language sql immutable
  as $$ select array_agg(2 * n) from unnest(numbers) as n $$;
create function library.countdown(start int) returns setof int language sql immutable
  as $$ select n from generate_series(start, 1, -1) as n $$;

-- Rows.
create function library.books_by(author int, since int default 0) returns setof library.books
  language sql stable as $$ select * from library.books where author_id = author and published >= since $$;
create function library.books_before(published int) returns setof library.books language sql stable
  as $$ select * from library.books as b where b.published < books_before.published $$;
create function library.newest_book() returns library.books language sql stable
  as $$ select * from library.books order by published desc nulls last limit 1 $$;
create function library.heavier_than(grams int) returns setof library.parcels language sql stable
  as $$ select * from library.parcels where weight > grams $$;
create function library.area(size library.measure) returns numeric language sql immutable
  as $$ select size.width * size.height $$;
create function library.poster() returns library.measure language sql immutable
  as $$ select row(60, 80)::library.measure $$;
create function library.posters() returns setof library.measure language sql immutable
  as $$ values (row(60, 80)::library.measure), (row(70, null)::library.measure) $$;
create function library.price_range(out cheapest numeric, out dearest numeric) language sql stable
  as $$ select min(price), max(price) from library.books $$;
create function library.incremented(inout number int) language sql immutable as $$ select number + 1 $$;
create function library.decades() returns table (decade int, titles bigint) language sql stable as $$
  select published / 10 * 10, count(*) from library.books group by 1 order by 1
$$;
create function library.anything() returns record language sql stable
  as $$ select 1 as id, 'untyped'::text as name $$;

-- Overloads.
create function library.find(title text) returns text language sql immutable as $$ select 'by title' $$;
create function library.find(author text, year int default null) returns text language sql immutable
  as $$ select 'by author' || coalesce(' and year ' || year, '') $$;
create function library.find(json) returns json language sql immutable
  as $$ select json_build_object('whole', $1) $$;
create function library.shelve(book int) returns text language sql immutable as $$ select 'int' $$;
create function library.shelve(book text) returns text language sql immutable as $$ select 'text' $$;

-- The whole body.
create function library.shout(text) returns text language sql immutable as $$ select upper($1) $$;
create function library.first_element(xml) returns xml language sql immutable
  as $$ select (xpath('/*/*[1]', $1))[1] $$;
create function library.reversed(bytea) returns bytea language sql immutable as $$
  select string_agg(substr($1, n, 1), '' order by n desc) from generate_series(1, length($1)) as n
$$;
create function library.keys(jsonb) returns setof text language sql immutable
  as $$ select jsonb_object_keys($1) $$;

-- Writing.
create function library.visit(guest text) returns archive.visits language sql security definer
  as $$ insert into archive.visits (guest) values (guest) returning * $$;
create function library.visit_all(guests text[]) returns setof archive.visits language sql security definer
  as $$ insert into archive.visits (guest) select unnest(guests) returning * $$;
create function library.close_day() returns void language sql security definer
  as $$ update archive.ledger set visitors = visitors + 1 where year = 2024 $$;

-- Answers of its own making.
create function library.teapot() returns json language plpgsql as $$
begin
  perform set_config('response.status', '418', true);
  perform set_config('response.headers', '[{"X-Tea": "green"}, {"X-Tea": "black"}]', true);
  return '{"message": "short and stout"}';
end $$;
create function library.fine(member int) returns numeric language plpgsql stable as $$
begin
  raise sqlstate 'PT402' using message = 'Pay first', detail = format('Member %s owes 2.50', member), hint = 'At the desk';
end $$;
create function library.refuse() returns void language plpgsql as $$
begin
  raise sqlstate 'PGRST' using
    message = '{"code": "CLOSED", "message": "We are closed", "hint": "Come back tomorrow"}',
    detail = '{"status": 503, "headers": {"Retry-After": "3600"}}';
end $$;
create function library.divide(dividend int, divisor int) returns int language sql immutable
  as $$ select dividend / divisor $$;
create function library.serialized() returns text language sql
  set default_transaction_isolation = 'serializable'
  as $$ select current_setting('transaction_isolation') $$;
create function library.staff_only() returns text language sql stable as $$ select 'welcome' $$;
revoke execute on function library.staff_only() from public;
grant execute on function library.staff_only() to service_role;
create procedure library.proceed() language sql as $$ select 1 $$;

create function archive.visitors(of_year int) returns int language sql stable
  as $$ select visitors from archive.ledger where year = of_year $$;
