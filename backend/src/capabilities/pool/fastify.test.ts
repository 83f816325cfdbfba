import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { createDatabase } from '../../../tests/support/database.ts'
import { poolPlugin } from './fastify.ts'
import { createPool } from './pool.ts'
import { parseTarget } from './target.ts'

test('an app has its pool when it is ready, and ends it when it closes', async () => {
  const database = await createDatabase()
  const app = Fastify()
  const pool = createPool({ target: parseTarget(database.url), sizeMin: 2 })
  app.register(poolPlugin, { pool })
  app.get('/', () => app.pool.query('select 1 as one'))
  await app.ready()
  expect(app.pool.stats()).toMatchObject({ size: 2, idle: 2 })
  expect((await app.inject('/')).json()).toEqual([{ one: 1 }])
  await app.close()
  await expect(pool.query('select 1')).rejects.toMatchObject({ code: 'ST511' })
  await database.drop()
})

test('an app whose pool finds no server does not become ready, unless it need not be filled', async () => {
  const target = parseTarget('postgres://u@127.0.0.1:1/x')
  const failing = Fastify()
  failing.register(poolPlugin, { pool: createPool({ target }) })
  await expect(failing.ready()).rejects.toMatchObject({ code: 'PGRST000' })
  await failing.close()
  const patient = Fastify()
  patient.register(poolPlugin, { pool: createPool({ target }), isFilledFirst: false })
  await patient.ready()
  await patient.close()
})
