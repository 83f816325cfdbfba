// What does S-Tier bring to a service as teams have it: the same traffic, most of it reads, some things asked for far more often
// than others, beside the service that a team writes by hand?
import { journal } from '../harness/journaled.ts'
import type { Question } from '../harness/question.ts'
import type { Requests, Scenario } from '../harness/rounds.ts'
import { countStatements } from '../harness/statements-run.ts'
import { seededRandom, shuffled } from '../harness/statistics.ts'
import { query, type Store } from '../harness/store.ts'
import { zipf } from '../harness/zipf.ts'
import { ARTICLE_COLUMNS, REVIEW_COLUMNS, REVIEWED_COLUMNS } from '../peers/statements.ts'
import type { LoadRequest } from '../load/messages.ts'

/** Half the time, five times the requests, a database that does two fifths of the work. */
const BARS = { p50: 0.5, p99: 0.5, throughput: 5, postgresCpu: 0.4, statements: 0.4 } as const

/** At the same rate of requests for both: what of the same traffic is answered sooner. */
const BARS_AT_ONE_RATE = { p50: 0.5, p99: 0.5 } as const
/** So much of what the baseline can do: teams run their services below that, as what is at its limit only queues. */
const SHARE_OF_BASELINE = 0.7
/** Nobody who comes waits for a connection, but for the server. */
const CONNECTIONS_AT_ONE_RATE = 200

const SEED = 20_261_123
const ARTICLES = 12_000
const CATEGORIES = 600
/** In this order they are asked, and then again. */
const REQUESTS = 40_000
/** How unevenly keys are asked for: Breslau et al., INFOCOM 1999, found 0.6 to 0.9 on the web; caches of databases see more. */
const SKEW = 1.1
/** What is asked, of a hundred; the rest are writes. */
const SHARES = { oneRow: 60, twentyRows: 25, nested: 10 } as const

/** The peers have the same without a journal, which nobody needs who keeps nothing. */
const SCHEMAS = ['public', 'by_hand'] as const

export const tablesIn = (schema: string) => `
  create schema if not exists ${schema};
  grant usage on schema ${schema} to authenticated;
  drop table if exists ${schema}.article_reviews, ${schema}.articles;
  create table ${schema}.articles (
    id integer primary key,
    category_id integer not null,
    sku text not null,
    name text not null,
    description text not null,
    list_price numeric(10,2) not null,
    price numeric(10,2) not null,
    changed_at timestamptz not null default now()
  );
  insert into ${schema}.articles
    select n, 1 + n % ${CATEGORIES}, 'A-' || n, 'Article ' || n, repeat('word ', 20), p, p, '2026-01-01'
    from generate_series(1, ${ARTICLES}) n, lateral (select (n * 7919 % 10000) / 100.0 as p) price;
  create index on ${schema}.articles (category_id, price, id);
  create table ${schema}.article_reviews (
    id integer primary key,
    article_id integer not null references ${schema}.articles,
    stars smallint not null,
    words text not null
  );
  insert into ${schema}.article_reviews
    select n, 1 + n % ${ARTICLES}, 1 + n % 5, repeat('fine ', 8) from generate_series(1, 3 * ${ARTICLES}) n;
  create index on ${schema}.article_reviews (article_id);
  grant select, update on ${schema}.articles to authenticated;
  grant select on ${schema}.article_reviews to authenticated;
  analyze ${schema}.articles, ${schema}.article_reviews;`

/** All are compared with the same prices. While they are measured, each finds those that it left itself. */
const OLD_PRICES = SCHEMAS.map(
  schema => `update ${schema}.articles set price = list_price where price <> list_price`,
).join(';')

/** Nobody reads through the old versions of another one's rows. */
const TIDY = `vacuum ${SCHEMAS.map(schema => `${schema}.articles`).join(', ')}`

export const uplift: Question = {
  name: 'uplift',
  peers: ['baseline'],
  scenarios,
}

async function scenarios(store: Store): Promise<readonly Scenario[]> {
  for (const schema of SCHEMAS) await query(store.url, tablesIn(schema))
  await journal(store, ['public.articles', 'public.article_reviews'])
  await countStatements(store)
  const mixed = {
    ...{ requests: traffic(), headers: {}, prepareToCompare: OLD_PRICES, prepare: TIDY },
    ...{ countsStatements: true, countsHits: true },
  }
  const title = '95 % reads, 5 % writes, zipf over 12,000 rows'
  return [
    { ...mixed, name: 'mixed', title, connections: 32, bars: BARS },
    {
      ...{ ...mixed, name: 'mixed-at-one-rate', title: `${title}, at one rate for all` },
      ...{ connections: CONNECTIONS_AT_ONE_RATE, bars: BARS_AT_ONE_RATE },
      shareOfBaseline: SHARE_OF_BASELINE,
    },
  ]
}

/** The same for both, each in its words. */
function traffic(): Requests {
  const random = seededRandom(SEED)
  const articles = shuffled(numbersTo(ARTICLES), random)
  const categories = shuffled(numbersTo(CATEGORIES), random)
  const [article, category] = [zipf(articles, SKEW, random), zipf(categories, SKEW, random)]
  const asked = Array.from({ length: REQUESTS }, () => {
    const dice = random() * 100
    if (dice < SHARES.oneRow) return oneRow(article())
    if (dice < SHARES.oneRow + SHARES.twentyRows) return twentyRows(category())
    if (dice < SHARES.oneRow + SHARES.twentyRows + SHARES.nested) return nested(category())
    return newPrice(article(), random)
  })
  return { dialect: asked.map(({ dialect }) => dialect), routes: asked.map(({ route }) => route) }
}

interface Asked {
  readonly dialect: LoadRequest
  readonly route: LoadRequest
}

function oneRow(id: number): Asked {
  return {
    dialect: get(`/rest/v1/articles?id=eq.${id}&select=${ARTICLE_COLUMNS.join(',')}`),
    route: get(`/articles/${id}`),
  }
}

function twentyRows(category: number): Asked {
  const range = 'order=price,id&limit=20'
  return {
    dialect: get(
      `/rest/v1/articles?category_id=eq.${category}&${range}&select=${ARTICLE_COLUMNS.join(',')}`,
    ),
    route: get(`/articles?category=${category}`),
  }
}

function nested(category: number): Asked {
  const select = `${REVIEWED_COLUMNS.join(',')},article_reviews(${REVIEW_COLUMNS.join(',')})`
  const range = 'order=id&limit=20&article_reviews.order=id'
  return {
    dialect: get(`/rest/v1/articles?category_id=eq.${category}&${range}&select=${select}`),
    route: get(`/articles-with-reviews?category=${category}`),
  }
}

function newPrice(id: number, random: () => number): Asked {
  const body = JSON.stringify({ price: Math.round(random() * 10_000) / 100 })
  const patch = (path: string) => ({ method: 'PATCH', path, body })
  return { dialect: patch(`/rest/v1/articles?id=eq.${id}`), route: patch(`/articles/${id}`) }
}

function get(path: string): LoadRequest {
  return { method: 'GET', path }
}

function numbersTo(last: number): readonly number[] {
  return Array.from({ length: last }, (_, index) => index + 1)
}
