// A reference, not a rival: Fastify and prepared statements that pass PostgreSQL's JSON text through. It has no roles,
// claims or dialect, so it shows how much of S-Tier's advantage comes from the method and what the rest costs.
import fastify, { type FastifyReply } from 'fastify'
import pg from 'pg'
import { databaseUrl, poolSize, port } from './configuration.ts'
import { AS_JSON } from './statements.ts'

const pool = new pg.Pool({ connectionString: databaseUrl, max: poolSize })
const app = fastify()

app.get<{ Params: { id: string } }>('/products/:id', (request, reply) =>
  pass(reply, 'product', [request.params.id]),
)

app.get<{ Querystring: { category: string; from: string } }>('/products', (request, reply) =>
  pass(reply, 'products', [request.query.category, request.query.from]),
)

app.get<{ Querystring: { category: string } }>('/products-with-prices', (request, reply) =>
  pass(reply, 'parents', [request.query.category]),
)

async function pass(reply: FastifyReply, name: keyof typeof AS_JSON, values: string[]) {
  const { rows } = await pool.query<{ body: string }>({ name, text: AS_JSON[name], values })
  return reply
    .header('content-type', 'application/json; charset=utf-8')
    .code(rows.length === 0 ? 404 : 200)
    .send(rows[0]?.body ?? '{"message":"No such product"}')
}

await app.listen({ port, host: '127.0.0.1' })
