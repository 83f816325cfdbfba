// A service with short queries and a slow report beside each other, on a pool that follows the load.
//
//   DATABASE_URL=postgres://user@localhost/app node examples/pool/service.mjs
import Fastify from 'fastify'
import { createPool, parseTarget, poolPlugin } from 's-tier/pool'

const pool = createPool({
  target: parseTarget(process.env.DATABASE_URL ?? 'postgres://localhost/postgres'),
  sizeMin: 2,
  sizeMax: 20,
  observe(event) {
    if (event.kind === 'pool.resized') {
      const { from, to, reason, facts } = event.decision
      console.log(`${from} -> ${to} connections: ${reason} ${JSON.stringify(facts)}`)
    }
  },
})

const app = Fastify()
// Ready when two connections are open, closed when the last one has been given back.
app.register(poolPlugin, { pool })

app.get('/now', async () => {
  const [row] = await app.pool.query('select now() as now')
  return row
})

// Reports never hold more than a part of the connections, so that there is always one for /now.
app.get('/report', () =>
  app.pool.use(connection => connection.query('select pg_sleep(0.2), 42 as answer'), {
    class: 'batch',
    deadline: performance.now() + 5_000,
  }),
)

// Its time is over before PostgreSQL answers: the statement is cancelled there, and the client gets 504 with ST514.
app.get('/too-slow', () =>
  app.pool.use(connection => connection.query('select pg_sleep(60)'), {
    deadline: performance.now() + 200,
  }),
)

// Whatever a caller leaves in its session, the next one finds none of it.
app.get('/untidy', () =>
  app.pool.use(async connection => {
    await connection.query(`set application_name = 'untidy'`)
    await connection.query('create temporary table mine (id int)')
    return connection.query('select pg_backend_pid() as backend')
  }),
)

app.get('/pool', () => {
  const { size, busy, waiting, waitMs, classes, decisions, closed } = app.pool.stats()
  return { size, busy, waiting, waitMs, classes, decisions, closed }
})

const address = await app.listen({ port: Number(process.env.PORT ?? 3000) })
console.log(`Serving ${address}`)
process.once('SIGTERM', () => void app.close())
process.once('SIGINT', () => void app.close())
