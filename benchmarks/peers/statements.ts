/** The columns that every contestant answers. */
export const PRODUCT_COLUMNS = [
  'id',
  'sku',
  'name',
  'description',
  'category_id',
  'status',
  'price',
  'colours',
  'attributes',
  'released_on',
] as const
export const PARENT_COLUMNS = ['id', 'sku', 'name', 'status', 'price'] as const
export const CHILD_COLUMNS = ['product_id', 'period', 'price'] as const

/** The columns of a note that are answered where it is answered at all. */
export const NOTE_COLUMNS = ['id', 'title', 'body', 'priority', 'attributes'] as const

/** Of the articles that the mixed traffic reads: all that there is, and what stands above their reviews. */
export const ARTICLE_COLUMNS = ['id', 'category_id', 'sku', 'name', 'description', 'price'] as const
export const REVIEWED_COLUMNS = ['id', 'name', 'price'] as const
export const REVIEW_COLUMNS = ['article_id', 'stars', 'words'] as const

/** In whose name the hand-written service writes: as if it had found them in a token. */
export const CUSTOMER_ID = 17
export const CONTEXT = [
  'authenticated',
  JSON.stringify({ role: 'authenticated', sub: String(CUSTOMER_ID), customer_id: CUSTOMER_ID }),
] as const

const columns = PRODUCT_COLUMNS.join(', ')
const parents = PARENT_COLUMNS.join(', ')
const children = CHILD_COLUMNS.join(', ')

/** What a team writes by hand: parameters, no JSON in SQL, two queries for parents and children. */
export const HAND_WRITTEN = {
  product: `select ${columns} from products where id = $1`,
  products: `
    select ${columns} from products
    where category_id = $1 and price >= $2 order by price, id limit 20`,
  parents: `select ${parents} from products where category_id = $1 order by id limit 20`,
  children: `
    select ${children} from product_prices
    where product_id = any($1) order by product_id, period`,
  priceSpan: 'select lowest, highest from price_span($1)',
  article: `select ${ARTICLE_COLUMNS.join(', ')} from articles where id = $1`,
  articles: `
    select ${ARTICLE_COLUMNS.join(', ')} from articles
    where category_id = $1 order by price, id limit 20`,
  reviewed: `
    select ${REVIEWED_COLUMNS.join(', ')} from articles where category_id = $1 order by id limit 20`,
  reviews: `
    select ${REVIEW_COLUMNS.join(', ')} from article_reviews
    where article_id = any($1) order by article_id, id`,
} as const

const insertNote = 'insert into notes (title, body, priority, attributes)'

/** Writes by hand, inside a transaction that `context` has given the caller's role and claims. */
export const HAND_WRITTEN_WRITES = {
  context: `select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)`,
  insert: `${insertNote} values ($1, $2, $3, $4)`,
  insertReturning: `${insertNote} values ($1, $2, $3, $4) returning ${NOTE_COLUMNS.join(', ')}`,
  insertMany: `
    ${insertNote} select title, body, priority, attributes
    from json_to_recordset($1) as n (title text, body text, priority smallint, attributes jsonb)`,
  update: 'update notes set priority = $2 where id = $1',
  newPrice: 'update articles set price = $2 where id = $1',
  addNote: 'select add_note($1, $2) as id',
} as const

/** The same answers as one JSON text each, made by PostgreSQL. */
export const AS_JSON = {
  product: `select row_to_json(p)::text as body from (${HAND_WRITTEN.product}) p`,
  products: `select coalesce(json_agg(p), '[]')::text as body from (${HAND_WRITTEN.products}) p`,
  parents: `
    select coalesce(json_agg(p), '[]')::text as body
    from (
      select p.*, c.product_prices
      from (${HAND_WRITTEN.parents}) p
      cross join lateral (
        select coalesce(json_agg(c), '[]') as product_prices
        from (
          select ${children} from product_prices where product_id = p.id order by period
        ) c
      ) c
      order by p.id
    ) p`,
} as const
