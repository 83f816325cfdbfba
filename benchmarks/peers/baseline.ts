// The A-tier baseline: what a competent team writes for these three routes. Fastify without a logger, a pg pool,
// parameters, rows sent as objects, parents and children in two queries. It has no roles, no claims and no limits.
import fastify from 'fastify'
import pg from 'pg'
import { databaseUrl, poolSize, port } from './configuration.ts'
import { HAND_WRITTEN } from './statements.ts'

interface ParentRow {
  id: number
}
interface ChildRow {
  product_id: number
}

const pool = new pg.Pool({ connectionString: databaseUrl, max: poolSize })
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

await app.listen({ port, host: '127.0.0.1' })
