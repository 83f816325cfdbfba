-- Media types that the library's database makes itself, beside what stands in ../fixture.sql.

create domain library."text/tab-separated-values" as text;
create domain library."application/vnd.library.marc" as bytea;
create domain library."text/csv" as text;
create domain library."application/json" as json;
create domain library."image/svg+xml" as text;
create domain library."image/gif" as bytea;
create domain library."*/*" as text;

-- Rows of anything, one a line.
create function library.add_line(state text, next anyelement) returns library."text/tab-separated-values"
  language sql immutable
  as $$ select concat(state, (select string_agg(value, E'\t') from json_each_text(to_json(next))), E'\n') $$;
create aggregate library.tab_separated(anyelement) (
  sfunc = library.add_line, stype = library."text/tab-separated-values", initcond = ''
);

-- Bytes, of whole tags only: the length of the name, the name, a null byte.
create function library.add_record(state bytea, next library.tags) returns library."application/vnd.library.marc"
  language sql immutable
  as $$ select state || set_byte('\x00', 0, length(next.name)) || convert_to(next.name, 'UTF8') || '\x00' $$;
create aggregate library.marc(library.tags) (
  sfunc = library.add_record, stype = library."application/vnd.library.marc", initcond = ''
);

-- A table of this library's own spreadsheet format, with a header line and a name for the download.
create function library.add_author(state text, next library.authors) returns library."text/csv"
  language sql immutable
  as $$ select concat(state, next.name, ';', extract(year from next.born), E'\r\n') $$;
create function library.finish_authors(state library."text/csv") returns library."text/csv" language plpgsql
  as $$ begin
    perform set_config('response.headers', '[{"Content-Disposition": "attachment; filename=\"authors.csv\""}]', true);
    return E'name;born\r\n' || state;
  end $$;
create aggregate library.authors_csv(library.authors) (
  sfunc = library.add_author, stype = library."text/csv", finalfunc = library.finish_authors, initcond = ''
);

-- JSON in another form than rows: keyed by code.
create view library.country_names as select * from library.countries;
create function library.add_country(state json, next library.country_names) returns library."application/json"
  language sql immutable
  as $$ select (state::jsonb || jsonb_build_object(trim(next.code), next.name))::json $$;
create aggregate library.names_by_code(library.country_names) (
  sfunc = library.add_country, stype = library."application/json", initcond = '{}'
);

-- Whatever is asked for: a page of HTML for browsers, plain text for those who say so, and nothing else.
create view library."shelf-labels" as select id, "room name" as room from library.shelves;
create function library.add_label(state text, next library."shelf-labels") returns library."*/*"
  language sql immutable
  as $$ select concat(state, next.id, ' ', next.room, E'\n') $$;
create function library.finish_labels(state library."*/*") returns library."*/*" language plpgsql
  as $$ declare
    accept text := coalesce(current_setting('request.headers', true)::json ->> 'accept', '*/*');
  begin
    if accept = 'text/plain' then
      perform set_config('response.headers', '[{"Content-Type": "text/plain; charset=utf-8"}]', true);
      return state;
    elsif accept = '*/*' then
      perform set_config('response.headers', '[{"Content-Type": "text/html; charset=utf-8"}]', true);
      return '<pre>' || state || '</pre>';
    elsif accept = 'application/octet-stream' then
      return state;
    end if;
    raise sqlstate 'PT415' using message = 'Labels are text or HTML';
  end $$;
create aggregate library.labels(library."shelf-labels") (
  sfunc = library.add_label, stype = library."*/*", finalfunc = library.finish_labels, initcond = ''
);

-- Functions that answer a media type themselves.
create function library.spine(book_id int) returns library."image/svg+xml" language sql stable
  as $$ select '<svg xmlns="http://www.w3.org/2000/svg"><text>' || title || '</text></svg>' from library.books where id = book_id $$;
create function library.pixel() returns library."image/gif" language sql immutable
  as $$ select decode('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64') $$;

-- Where PostGIS is, st_asgeojson makes a Feature of a row. These two stand in for it: an extension of that name and the
-- function, for a geometry that is a pair of numbers.
create extension tcn schema library;
update pg_extension set extname = 'postgis' where extname = 'tcn';
create table library.branches (
  id int primary key,
  name text not null,
  place point
);
insert into library.branches values (1, 'Main library', '(13.4,52.5)'), (2, 'Book bus', null);
create function public.st_asgeojson(record) returns text language plpgsql stable
  as $$ declare
    properties json := row_to_json($1);
    place point := (properties ->> 'place')::point;
  begin
    return json_build_object(
      'type', 'Feature',
      'geometry', case when place is not null
        then json_build_object('type', 'Point', 'coordinates', json_build_array(place[0], place[1])) end,
      'properties', (properties::jsonb - 'place')::json
    );
  end $$;

grant select on library.country_names, library."shelf-labels", library.branches to anon, authenticated, service_role;
grant insert on library.tags to service_role;
