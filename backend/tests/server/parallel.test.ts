import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { holdLock, WAITING_SQL } from '../support/lock.ts'
import { as, startServer, type TestServer } from '../support/server.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase(`
    ${WAITING_SQL}
    create view me as select current_user as role,
      current_setting('request.jwt.claims')::json ->> 'sub' as sub,
      current_setting('request.headers')::json ->> 'x-number' as number,
      current_setting('request.path') as path;
    create table notes (id int primary key, owner text);
    insert into notes select n, 'user ' || n % 64 from generate_series(1, 640) as n;
    alter table notes enable row level security;
    create policy own on notes using (owner = current_setting('request.jwt.claims')::json ->> 'sub');
    grant select on me, notes to anon, authenticated, service_role`)
})
afterAll(() => database.drop())

async function serve(flags: Readonly<Record<string, string>>): Promise<TestServer> {
  const server = await startServer(database.authenticatorUrl, flags)
  onTestFinished(server.stop)
  return server
}

test('64 callers at once on 4 connections see themselves and their own rows, and nobody else', async () => {
  const server = await serve({ '--pool-size-max': '4' })
  const roles = ['authenticated', 'service_role', 'anon']
  async function check(number: number): Promise<void> {
    const role = roles[number % roles.length] ?? ''
    const sub = `user ${number % 64}`
    const headers = { ...as(role, { sub }), 'x-number': String(number) }
    const me = await server.get('/me', { headers })
    expect(JSON.parse(me.body)).toEqual([{ role, sub, number: String(number), path: '/me' }])
    const notes = await server.get('/notes?select=owner&limit=700', { headers })
    const owners = new Set(
      (JSON.parse(notes.body) as { owner: string }[]).map(({ owner }) => owner),
    )
    if (role === 'service_role') expect(owners.size).toBe(64)
    else expect([...owners]).toEqual([sub])
  }
  for (let round = 0; round < 4; round++) {
    await Promise.all(Array.from({ length: 64 }, (_, index) => check(round * 64 + index)))
  }
})

test('when all connections are busy and the queue is full, the rest is refused at once', async () => {
  const server = await serve({ '--pool-size-max': '2', '--pool-queue-max': '2' })
  const lock = await holdLock(database)
  onTestFinished(lock.release)
  const answers = Array.from({ length: 7 }, () => server.get('/waiting'))
  const refusals = () => server.events.filter(({ kind }) => kind === 'pool.queue-full').length
  await expect.poll(refusals).toBe(3)
  await lock.awaited(2)
  await lock.release()
  const responses = await Promise.all(answers)
  expect(responses.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 503, 503, 503])
  const refused = responses.find(({ status }) => status === 503)
  expect(refused?.headers['retry-after']).toBe('1')
  expect(JSON.parse(refused?.body ?? '')).toMatchObject({ code: 'ST510' })
})

test('who waits too long for a connection is told so', async () => {
  const server = await serve({ '--pool-size-max': '1', '--pool-acquire-timeout-ms': '40' })
  const lock = await holdLock(database)
  onTestFinished(lock.release)
  const first = server.get('/waiting')
  await lock.awaited(1)
  const second = await server.get('/me')
  expect(second).toMatchObject({ status: 504, headers: { 'retry-after': '1' } })
  expect(JSON.parse(second.body)).toMatchObject({ code: 'PGRST003' })
  await lock.release()
  expect(await first).toMatchObject({ status: 200 })
})
