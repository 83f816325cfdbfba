import { planRead, type ReadPlan, type ReadRequest } from '../../src/query/plan/index.ts'
import {
  type AnswerShape,
  type CompileContext,
  compileRead,
  type Statement,
} from '../../src/query/sql/index.ts'
import { buildCatalog } from './catalog.ts'
import type { TestDatabase } from './database.ts'

/** A small library with real rows: for what the compiler's statements answer. `library` describes the same. */
export const LIBRARY_SQL = `
  create domain shade as integer;
  create function shade_to_json(shade) returns json language sql immutable
    as $$ select to_json('#' || lpad(to_hex($1), 6, '0')) $$;
  create function shade_from_text(text) returns shade language sql immutable
    as $$ select ('x' || lpad(ltrim($1, '#'), 8, '0'))::bit(32)::integer::shade $$;

  create table publishers (id integer primary key, name text not null);
  create table authors (
    id integer primary key, name text not null, country text,
    mentor_id integer references authors
  );
  create table books (
    id integer primary key, title text not null,
    author_id integer not null references authors,
    publisher_id integer references publishers,
    price numeric(8,2), data jsonb, tags text[], pages int4range, search tsvector,
    in_print boolean, cover shade
  );
  create table genres (id integer primary key, name text not null);
  create table book_genres (
    book_id integer references books, genre_id integer references genres,
    primary key (book_id, genre_id)
  );
  create table summaries (book_id integer primary key references books, body text);
  create view shelf as select id, title, author_id from books;

  create function shout(books) returns text language sql stable as $$ select upper($1.title) $$;
  create function latest_book(authors) returns setof books rows 1 language sql stable
    as $$ select * from books where author_id = $1.id order by id desc $$;
  create function cheap_books(authors) returns setof books language sql stable
    as $$ select * from books where author_id = $1.id and price < 10 $$;
  create function note_status(books) returns text language plpgsql as $$
    begin
      perform set_config('response.status', '418', true);
      perform set_config('response.headers', '[{"X-Book": "' || $1.id || '"}]', true);
      return 'noted';
    end $$;

  insert into publishers values (1, 'Harbour'), (2, 'Quill, "Sons"');
  insert into authors values (1, 'Ada', 'GB', null), (2, 'Bo', 'SE', 1), (3, 'Cy', null, 1);
  insert into books values
    (1, 'Tides', 1, 1, 12.50, '{"lang": "en", "awards": [{"year": 1999}, {"year": 2004}]}',
      '{sea,moon}', '[10,200)', to_tsvector('english', 'the running tides'), true, 255),
    (2, 'Snow', 2, 1, 8.00, '{"lang": "sv", "it''s": {"a\\\\b": 7}}', '{cold}', '[1,90)',
      to_tsvector('english', 'snow falls'), false, 16777215),
    (3, 'Ash, "and" \\ (dust)', 1, 2, null, null, null, null, null, null, null),
    (4, 'Dunes', 2, null, 20.00, '{"lang": "en"}', '{sea,sand}', '[90,300)', null, true, 0);
  insert into genres values (1, 'novel'), (2, 'poems'), (3, 'essays');
  insert into book_genres values (1, 1), (1, 2), (2, 2), (4, 1);
  insert into summaries values (1, 'Water rises.'), (2, null);
`

/** `LIBRARY_SQL` as the catalog has it. */
export const library = buildCatalog({
  types: { shade: { kind: 'domain', base: 'integer' } },
  representations: { shade: { toJson: 'shade_to_json', fromText: 'shade_from_text' } },
  relations: {
    publishers: { columns: { id: 'integer', name: 'text' }, primaryKey: ['id'] },
    authors: {
      columns: { id: 'integer', name: 'text', country: 'text', mentor_id: 'integer' },
      primaryKey: ['id'],
      foreignKeys: [{ columns: ['mentor_id'], to: 'authors' }],
      computedRelationships: [
        { name: 'latest_book', to: 'books', toOne: true },
        { name: 'cheap_books', to: 'books' },
      ],
    },
    books: {
      columns: {
        id: 'integer',
        title: 'text',
        author_id: 'integer',
        publisher_id: 'integer',
        price: 'numeric',
        data: 'jsonb',
        tags: 'text[]',
        pages: 'int4range',
        search: 'tsvector',
        in_print: 'boolean',
        cover: 'shade',
      },
      primaryKey: ['id'],
      foreignKeys: [
        { columns: ['author_id'], to: 'authors' },
        { columns: ['publisher_id'], to: 'publishers' },
      ],
      computedFields: { shout: 'text', note_status: 'text' },
    },
    genres: { columns: { id: 'integer', name: 'text' }, primaryKey: ['id'] },
    book_genres: {
      columns: { book_id: 'integer', genre_id: 'integer' },
      primaryKey: ['book_id', 'genre_id'],
      foreignKeys: [
        { columns: ['book_id'], to: 'books' },
        { columns: ['genre_id'], to: 'genres' },
      ],
    },
    summaries: {
      columns: { book_id: 'integer', body: 'text' },
      primaryKey: ['book_id'],
      foreignKeys: [
        { columns: ['book_id'], to: 'books' },
        { name: 'summaries_shelf', columns: ['book_id'], to: 'shelf' }, // As found through the view.
      ],
    },
    shelf: {
      kind: 'view',
      columns: { id: 'integer', title: 'text', author_id: 'integer' },
      primaryKey: ['id'],
      foreignKeys: [{ name: 'shelf_author', columns: ['author_id'], to: 'authors' }],
    },
  },
})

export const ARRAY: AnswerShape = { format: 'array', stripNulls: false, count: undefined }
const CONTEXT: CompileContext = { serverVersion: 150_000 }

/** The library's plan for a request, with aggregates allowed and no cap unless one is given. */
export function planned(request: ReadRequest, rowsMax?: number): ReadPlan {
  return planRead(library, request, { aggregates: true, rowsMax })
}

export interface AnswerRow {
  readonly body: string | null
  readonly rows: string
  readonly total: string | null
  readonly status: string | null
  readonly headers: string | null
}

/** Compiles and runs: the one row that a statement answers. */
export async function answer(
  database: TestDatabase,
  plan: ReadPlan,
  values: readonly (string | null)[] = [],
  shape: Partial<AnswerShape> = {},
  context: Partial<CompileContext> = {},
): Promise<AnswerRow> {
  const statement = compiled(plan, shape, context)
  const rows = await database.query<{ [Key in keyof AnswerRow]: AnswerRow[Key] }>(statement.text, [
    ...values,
  ])
  const [row, ...others] = rows
  if (row === undefined || others.length > 0) throw new Error(`${rows.length} rows, not one`)
  return row
}

export function compiled(
  plan: ReadPlan,
  shape: Partial<AnswerShape> = {},
  context: Partial<CompileContext> = {},
): Statement {
  return compileRead(plan, { ...ARRAY, ...shape }, { ...CONTEXT, ...context })
}
