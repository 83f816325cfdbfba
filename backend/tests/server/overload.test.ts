import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Priority } from '../../src/capabilities/limiter/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { as, startServer, type TestServer } from '../support/server.ts'

// A database that is too slow for all who come: who is refused first, and who is served all the same.

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase(`
    create view slow as select 1 as one from pg_sleep(0.02);
    grant select on slow to anon, authenticated, service_role`)
})
afterAll(() => database.drop())

const CLASSES: readonly Priority[] = ['low', 'normal', 'critical']
const CALLERS = { low: 20, normal: 20, critical: 4 }
const WHO = { low: {}, normal: as('authenticated'), critical: as('service_role') }
/** Of the critical, before it is judged. */
const ANSWERS_MIN = 200
const REFUSED_MS = 20

/** Two connections serve a hundred a second at most; so many wait that the target is missed by far, unless some are refused. */
const FLAGS = {
  '--limits-shedding': 'true',
  '--limits-target-wait-ms': '200',
  // Only the database is slow.
  '--limits-event-loop-lag-ms-max': '60000',
  '--limits-priorities': '{"role=service_role":"critical","role=anon":"low"}',
  '--limits-rules': '{"anonymous":null,"authenticated":null,"service":null}',
  '--pool-size-max': '2',
  '--cache-enabled': 'false',
}

/** What each class was answered, and which were refused first. */
interface Answers {
  readonly of: Readonly<Record<Priority, { served: number; refused: number }>>
  readonly refused: Set<Priority>
  readonly others: unknown[]
}

async function crowd(server: TestServer): Promise<Answers> {
  const none = () => ({ served: 0, refused: 0 })
  const answers: Answers = {
    of: { low: none(), normal: none(), critical: none() },
    refused: new Set(),
    others: [],
  }
  const { critical } = answers.of
  async function call(priority: Priority): Promise<void> {
    while (critical.served + critical.refused < ANSWERS_MIN) {
      const { status, body } = await server.get('/slow', { headers: WHO[priority] })
      if (status === 200) answers.of[priority].served++
      else if (status === 503 && body.includes('"ST402"')) {
        answers.of[priority].refused++
        answers.refused.add(priority)
        await sleep(REFUSED_MS)
      } else answers.others.push([priority, status, body])
    }
  }
  await Promise.all(
    CLASSES.flatMap(name => Array.from({ length: CALLERS[name] }, () => call(name))),
  )
  return answers
}

test('before a slow database the less important are refused first, the critical hardly ever', async () => {
  const server = await startServer(database.authenticatorUrl, FLAGS)
  onTestFinished(server.stop)
  const { of, refused, others } = await crowd(server)
  const share = ({ served, refused: lost }: { served: number; refused: number }) =>
    served / (served + lost)
  console.info('Before a slow database:', of)
  expect(others).toEqual([])
  expect([...refused][0]).toBe('low')
  expect(share(of.critical)).toBeGreaterThanOrEqual(0.99)
  expect(share(of.low)).toBeLessThanOrEqual(share(of.normal))
  const told = server.events.find(({ kind }) => kind === 'limiter.shedding')
  expect(told).toMatchObject({ isShedding: true, reason: 'pool-wait' })
})
