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
