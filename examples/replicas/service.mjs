// A service on a primary and its replicas: it reads where it may, writes where it must, and nobody misses his own write.
//
//   DATABASE_URLS=postgres://app@db1/app,postgres://app@db2/app node examples/replicas/service.mjs
import Fastify from 'fastify'
import { createPool, parseTarget, placeOf } from 's-tier/pool'
import {
  createNodeSource,
  createReplicas,
  END_OF_LOG,
  NoNodeError,
  NoPrimaryError,
  replicasPlugin,
} from 's-tier/replicas'

const targets = (process.env.DATABASE_URLS ?? '').split(',').map(url => parseTarget(url))
const pools = targets.map(target => createPool({ target, sizeMin: 1, sizeMax: 10 }))

/** Each node is asked what it is over one connection of its own, which waits for no other work. */
const sources = targets.map(target => {
  const monitor = createPool({ target, sizeMin: 1, sizeMax: 1 })
  return createNodeSource({
    name: placeOf(target),
    database: monitor,
    renew: () => monitor.evict(new Error('It did not answer in time'), 'now'),
    close: async () => void (await monitor.end(100)),
  })
})

const replicas = createReplicas({
  nodes: sources,
  observe: event => console.log(JSON.stringify({ ...event, error: undefined })),
  onNode(node, change) {
    // What runs on a node that has gone will not come back; what held its connections should know.
    if (change === 'unreachable' || change === 'frozen') {
      pools[node]?.evict(new Error('The node has gone'), 'now')
    }
  },
})

/**
 * One use of a node. An error of its connection makes everybody be asked at once.
 * @template T
 * @param {number} node
 * @param {(connection: import('s-tier/pool').Connection) => Promise<T>} work
 */
async function on(node, work) {
  const began = performance.now()
  replicas.began(node)
  try {
    return await /** @type {import('s-tier/pool').Pool} */ (pools[node]).use(work)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'PGRST000' || code === 'PGRST001') replicas.suspect(node, 'lost')
    if (code === '25006') replicas.suspect(node, 'read-only')
    throw error
  } finally {
    replicas.ended(node, performance.now() - began)
  }
}

const app = Fastify()
await app.register(replicasPlugin, { replicas })

app.get('/notes', async (request, reply) => {
  const node = await replicas.read(request.readNeed)
  if (node === undefined) throw new NoNodeError(5_000)
  const notes = await on(node, connection => connection.query('select * from notes order by id'))
  return reply.header('x-node', replicas.status()[node]?.name ?? '').send(notes)
})

app.post('/notes', async (request, reply) => {
  const { text } = /** @type {{ text: string }} */ (request.body)
  const node = replicas.write() ?? (await replicas.whenPrimary(performance.now() + 5_000))
  if (node === undefined) throw new NoPrimaryError(5_000)
  const [place] = await on(node, async connection => {
    await connection.query('insert into notes (text) values ($1)', [text])
    return connection.query(`select ${END_OF_LOG}::text as lsn`) // After the commit: at least there.
  })
  // Header and cookie: who sends either of them back sees this note, wherever it is read.
  return reply.tellWrite(node, String(place?.lsn)).code(201).send({ text })
})

app.get('/nodes', () => replicas.status())

app.addHook('onClose', async () => {
  await Promise.all(pools.map(pool => pool.end(1_000)))
})
const address = await app.listen({ port: Number(process.env.PORT ?? 3000) })
console.log(`Serving ${address}`)
process.once('SIGTERM', () => void app.close())
process.once('SIGINT', () => void app.close())
