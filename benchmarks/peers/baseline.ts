// The A-tier baseline: what a competent team writes for these routes. Fastify without a logger, a pg pool,
// parameters, rows sent as objects, parents and children in two queries. Its reads have no roles, no claims and no
// limits; its writes run in a transaction with the role and claims of a caller, without which no policy would hold.
import fastify from 'fastify'
import pg from 'pg'
import { databaseUrl, poolSize, port } from './configuration.ts'
import { CONTEXT, HAND_WRITTEN, HAND_WRITTEN_WRITES } from './statements.ts'

interface ParentRow {
  id: number
}
interface ChildRow {
  product_id: number
}
interface ReviewRow {
  article_id: number
}
interface Note {
  title: string
  body: string
  priority: number
  attributes: object
}

const pool = new pg.Pool({ connectionString: databaseUrl, max: poolSize })
// What waits for a connection that breaks is told; without these the process would end too.
pool.on('error', () => undefined)
pool.on('connect', client => client.on('error', () => undefined))
const app = fastify()

app.get<{ Params: { id: string } }>('/products/:id', async (request, reply) => {
  const { rows } = await pool.query<object>(HAND_WRITTEN.product, [request.params.id])
  const [product] = rows
  return product === undefined ? reply.code(404).send({ message: 'No such product' }) : product
})

app.get<{ Querystring: { category: string; from: string } }>('/products', async request => {
  const { category, from } = request.query
  const { rows } = await pool.query<object>(HAND_WRITTEN.products, [category, from])
  return rows
})

app.get<{ Querystring: { category: string } }>('/products-with-prices', async request => {
  const { category } = request.query
  const parents = (await pool.query<ParentRow>(HAND_WRITTEN.parents, [category])).rows
  const ids = parents.map(parent => parent.id)
  const children = (await pool.query<ChildRow>(HAND_WRITTEN.children, [ids])).rows
  return withChildren(parents, children)
})

function withChildren(parents: readonly ParentRow[], children: readonly ChildRow[]) {
  const childrenOf = new Map<number, ChildRow[]>(parents.map(parent => [parent.id, []]))
  for (const child of children) childrenOf.get(child.product_id)?.push(child)
  return parents.map(parent => ({ ...parent, product_prices: childrenOf.get(parent.id) }))
}

app.get<{ Params: { id: string } }>('/articles/:id', async request => {
  const { rows } = await pool.query<object>(HAND_WRITTEN.article, [request.params.id])
  return rows
})

app.get<{ Querystring: { category: string } }>('/articles', async request => {
  const { rows } = await pool.query<object>(HAND_WRITTEN.articles, [request.query.category])
  return rows
})

app.get<{ Querystring: { category: string } }>('/articles-with-reviews', async request => {
  const { category } = request.query
  const articles = (await pool.query<ParentRow>(HAND_WRITTEN.reviewed, [category])).rows
  const ids = articles.map(article => article.id)
  const reviews = (await pool.query<ReviewRow>(HAND_WRITTEN.reviews, [ids])).rows
  const reviewsOf = new Map<number, ReviewRow[]>(ids.map(id => [id, []]))
  for (const review of reviews) reviewsOf.get(review.article_id)?.push(review)
  return articles.map(article => ({ ...article, article_reviews: reviewsOf.get(article.id) }))
})

app.patch<{ Params: { id: string }; Body: { price: number } }>(
  '/articles/:id',
  async (request, reply) => {
    const values = [request.params.id, request.body.price]
    await inTransaction(client => client.query(HAND_WRITTEN_WRITES.newPrice, values))
    return reply.code(204).send()
  },
)

app.post<{ Body: Note }>('/notes', async (request, reply) => {
  await inTransaction(client => client.query(HAND_WRITTEN_WRITES.insert, valuesOf(request.body)))
  return reply.code(201).send()
})

app.post<{ Body: Note }>('/notes-returned', async (request, reply) => {
  const { insertReturning } = HAND_WRITTEN_WRITES
  const values = valuesOf(request.body)
  const { rows } = await inTransaction(client => client.query<object>(insertReturning, values))
  return reply.code(201).send(rows)
})

app.post<{ Body: readonly Note[] }>('/notes-many', async (request, reply) => {
  const values = [JSON.stringify(request.body)]
  await inTransaction(client => client.query(HAND_WRITTEN_WRITES.insertMany, values))
  return reply.code(201).send()
})

app.patch<{ Params: { id: string }; Body: Pick<Note, 'priority'> }>(
  '/notes/:id',
  async (request, reply) => {
    const values = [request.params.id, request.body.priority]
    await inTransaction(client => client.query(HAND_WRITTEN_WRITES.update, values))
    return reply.code(204).send()
  },
)

app.get<{ Querystring: { category: string } }>('/price-span', async request => {
  const { rows } = await pool.query<object>(HAND_WRITTEN.priceSpan, [request.query.category])
  return rows[0]
})

app.post<{ Body: Note }>('/add-note', async (request, reply) => {
  const { title, body } = request.body
  const { rows } = await inTransaction(client =>
    client.query<{ id: string }>(HAND_WRITTEN_WRITES.addNote, [title, body]),
  )
  return reply.header('content-type', 'application/json; charset=utf-8').send(rows[0]?.id)
})

function valuesOf({ title, body, priority, attributes }: Note) {
  return [title, body, priority, attributes]
}

async function inTransaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query(HAND_WRITTEN_WRITES.context, [...CONTEXT])
    const result = await work(client)
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}

await app.listen({ port, host: '127.0.0.1' })
