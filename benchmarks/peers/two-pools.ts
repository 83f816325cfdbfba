// What a competent team writes for a primary and its replicas: Fastify, a `pg` pool for each, writes to the first, reads to the
// others in turn. It waits at most 5 s for a connection, has no other deadlines, and knows no breaker.
import fastify from 'fastify'
import pg from 'pg'
import { databaseUrl, poolSize, port } from './configuration.ts'

const urls = [databaseUrl, ...(process.env['REPLICA_URLS'] ?? '').split(',').filter(Boolean)]
const [primary, ...replicas] = urls.map(connectionString => {
  const limits = { max: poolSize, connectionTimeoutMillis: 5_000 }
  const pool = new pg.Pool({ connectionString, ...limits })
  pool.on('error', () => undefined)
  return pool
}) as [pg.Pool, ...pg.Pool[]]
const app = fastify()
let turn = 0

app.get<{ Querystring: { id: string } }>('/entries', async (request, reply) => {
  const replica = replicas[turn++ % replicas.length] ?? primary
  const id = request.query.id.replace('eq.', '')
  const { rows } = await replica.query<object>('select id, body from entries where id = $1', [id])
  return reply.header('content-range', rows.length === 1 ? '0-0/*' : '*/*').send(rows)
})

app.post<{ Body: { id: number; body: string } }>('/entries', async (request, reply) => {
  const { id, body } = request.body
  await primary.query('insert into entries values ($1, $2)', [id, body])
  return reply.code(201).send()
})

await app.listen({ port, host: '127.0.0.1' })
