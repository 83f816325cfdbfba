import { beforeAll, expect, test } from 'vitest'
import { catalogOf, linesFrom } from '../../../tests/support/catalog-of.ts'
import type { Catalog } from './types.ts'

let catalog: Catalog

beforeAll(async () => {
  catalog = await catalogOf(`
    create table authors (id int primary key, mentor int constraint mentor references authors);
    create table books (
      id int primary key,
      writer int constraint writer references authors,
      editor int constraint editor references authors
    );
    create table covers (book int primary key constraint covered references books, image text);
    create table spines (id int primary key, book int unique constraint spine references books);
    create table shops (country text, code text, primary key (country, code));
    create table offers (
      book int constraint offered references books,
      country text, code text, price numeric,
      constraint shop foreign key (country, code) references shops,
      primary key (book, country, code)
    );
    create table loose (book int constraint loose_book references books, author int constraint loose_author references authors);
    create table ranks (
      id int, first int constraint first references books, second int constraint second references books,
      primary key (id, first, second)
    );
    create table sales (book int constraint sold references books, day date, primary key (book, day)) partition by range (day);
    create table sales_2020 partition of sales for values from ('2020-01-01') to ('2021-01-01');

    create view novels as select id as novel, writer, writer as poet, id + 1 as odd from books;
    create view old_novels as select novel as number, writer as creator from novels;
    create materialized view people as select id as person from authors;
    create view listed as select book, country as land, code as sign from offers;
    create view halves as select book, country from offers;
    create view chained as select a.id, a.mentor as teacher from authors a;
    create view "odd {(names) \\""" as select editor as ":targetList ({x", id as "a b" from books;
    create view lists as select b.id, array_agg(a.id) as people from books b join authors a on a.id = b.writer group by b.id;
    create view picked as with chosen as (select * from books) select c.id as choice, c.editor as redactor from chosen c;
  `)
})

test('a foreign key is many-to-one from its holder and one-to-many back', () => {
  expect(linesFrom(catalog, 'books').filter(line => / authors /.test(line))).toEqual([
    'many-to-one authors (editor=id) by editor',
    'many-to-one authors (writer=id) by writer',
  ])
  expect(linesFrom(catalog, 'authors').filter(line => / books /.test(line))).toEqual([
    'one-to-many back books (id=editor) by editor',
    'one-to-many back books (id=writer) by writer',
  ])
})

test('a foreign key that is a key itself is one-to-one from both ends', () => {
  expect(linesFrom(catalog, 'covers')).toContain('one-to-one books (book=id) by covered')
  expect(linesFrom(catalog, 'books')).toContain('one-to-one back covers (id=book) by covered')
  expect(linesFrom(catalog, 'spines')).toContain('one-to-one books (book=id) by spine')
})

test('a composite foreign key joins all its columns', () => {
  expect(linesFrom(catalog, 'offers')).toContain(
    'many-to-one shops (country=country,code=code) by shop',
  )
})

test('a foreign key to its own table leads both ways from the same relation', () => {
  expect(linesFrom(catalog, 'authors').filter(line => line.endsWith('self'))).toEqual([
    'one-to-many back authors (id=mentor) by mentor self',
    'many-to-one authors (mentor=id) by mentor self',
  ])
})

test('a junction joins the ends of its foreign keys when its primary key holds the columns of both', () => {
  expect(linesFrom(catalog, 'books')).toContain(
    'many-to-many shops (id=book) offers (country=country,code=code) by offered,shop',
  )
  expect(linesFrom(catalog, 'shops')).toContain(
    'many-to-many books (country=country,code=code) offers (book=id) by shop,offered',
  )
  expect(linesFrom(catalog, 'books').join()).not.toContain('many-to-many authors')
})

test('a junction between rows of one table leads both ways', () => {
  expect(linesFrom(catalog, 'books').filter(line => line.endsWith('self'))).toEqual([
    'many-to-many books (id=first) ranks (second=id) by first,second self',
    'many-to-many books (id=second) ranks (first=id) by second,first self',
  ])
})

test('a partitioned table has relationships, its partitions have none', () => {
  expect(linesFrom(catalog, 'sales')).toContain('many-to-one books (book=id) by sold')
  expect(linesFrom(catalog, 'books').filter(line => /sales/.test(line))).toEqual([
    'one-to-many back sales (id=book) by sold',
  ])
  expect(linesFrom(catalog, 'sales_2020')).toEqual([])
})

test('a view has the foreign keys whose columns it shows, once for each way to show them', () => {
  expect(linesFrom(catalog, 'novels').filter(line => / authors /.test(line))).toEqual([
    'many-to-one authors (poet=id) by writer',
    'many-to-one authors (writer=id) by writer',
  ])
  expect(linesFrom(catalog, 'authors')).toContain('one-to-many back novels (id=poet) by writer')
})

test('a view is the target of foreign keys whose referenced columns it shows', () => {
  expect(linesFrom(catalog, 'covers')).toContain('one-to-one novels (book=novel) by covered')
  expect(linesFrom(catalog, 'novels')).toContain('one-to-one back covers (novel=book) by covered')
})

test('views are related to views, through views, and to materialized views', () => {
  expect(linesFrom(catalog, 'old_novels')).toContain(
    'many-to-one people (creator=person) by writer',
  )
  expect(linesFrom(catalog, 'people')).toContain(
    'one-to-many back old_novels (person=creator) by writer',
  )
  expect(linesFrom(catalog, 'chained')).toContain('many-to-one chained (teacher=id) by mentor self')
})

test('a view can be a junction, and needs all of the key', () => {
  expect(linesFrom(catalog, 'books')).toContain(
    'many-to-many shops (id=book) listed (land=country,sign=code) by offered,shop',
  )
  expect(linesFrom(catalog, 'books').join()).not.toContain(') halves (')
  expect(linesFrom(catalog, 'halves')).toContain('many-to-one books (book=id) by offered')
})

test('names that look like the text of a parsed query are read as names', () => {
  expect(linesFrom(catalog, 'odd {(names) \\"')).toContain(
    'many-to-one authors (:targetList ({x=id) by editor',
  )
})

test('columns are followed into common table expressions, and not into what is computed', () => {
  expect(linesFrom(catalog, 'picked')).toContain('many-to-one authors (redactor=id) by editor')
  expect(linesFrom(catalog, 'lists').filter(line => / authors /.test(line))).toEqual([])
  expect(linesFrom(catalog, 'lists')).toContain('one-to-one back covers (id=book) by covered')
})

test('every relationship is listed from both its ends', () => {
  const all = [...catalog.relationships.values()].flat()
  for (const one of all) {
    if (one.kind === 'computed') continue
    const back = catalog.relationships.get(`${one.to.schema}\0${one.to.name}`) ?? []
    expect(back.some(other => other.kind !== 'computed' && other.to.name === one.from.name)).toBe(
      true,
    )
  }
})

test('views that read each other in a circle have no lineage', async () => {
  const circle = await catalogOf(`
    create view one as select 1 as a;
    create view two as select a from one;
    create or replace view one as select a from two;
  `)
  expect([...circle.relations.keys()]).toHaveLength(2)
  expect(circle.relationships.size).toBe(0)
})

test('a column that a foreign key and several junctions share is no other relationship', async () => {
  const twice = await catalogOf(`
    create table a (id int primary key);
    create table b (id int primary key);
    create table ab (a int references a, b int references b, primary key (a, b), unique (a));
  `)
  expect(linesFrom(twice, 'a')).toEqual(['one-to-one back ab (id=a) by ab_a_fkey'])
})
