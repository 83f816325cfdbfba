import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../base/index.ts'
import { ConnectionError, createPool, parseTarget } from '../../../capabilities/pool/index.ts'
import {
  createReplicas,
  type NodeAnswer,
  type NodeSource,
} from '../../../capabilities/replicas/index.ts'
import type { DatabaseNode, Router } from '../router.ts'
import type { Execution, TransactionContext } from '../types.ts'
import { createRouter } from './router.ts'

/** A primary and a standby that has everything. The pools are never asked for a connection. */
const nodes: readonly DatabaseNode[] = ['primary', 'standby'].map(name => ({
  name,
  pool: createPool({ target: parseTarget('postgres://nobody@127.0.0.1:1/none') }),
}))
const [primary, standby] = nodes as [DatabaseNode, DatabaseNode]
let router: Router
let isPrimaryUp = true

beforeEach(async () => {
  isPrimaryUp = true
  router = await routerOf(nodes)
})

async function routerOf(served: readonly DatabaseNode[]): Promise<Router> {
  const replicas = createReplicas({
    nodes: served.map(({ name }, index) => sourceOf(name, index > 0)),
    checkEveryMs: 20,
    recheckEveryMs: 20,
  })
  onTestFinished(() => replicas.stop())
  await replicas.start()
  return createRouter({ nodes: served, replicas, clock: systemClock, primaryWaitMs: 100 })
}

function sourceOf(name: string, isStandby: boolean): NodeSource {
  const answer: NodeAnswer = {
    ...{ systemId: '7', timeline: 1, isTimelineSure: true, isStandby, isReadOnly: false },
    ...{ lsn: 1_000n, receivedLsn: undefined, committedAt: undefined, clockAt: 0 },
    ...{ isReplayPaused: false, startedAt: name, connectionsMax: 100, versionNumber: 180_000 },
  }
  return {
    name,
    async ask() {
      if (isStandby || isPrimaryUp) return answer
      throw new Error('connection refused')
    },
    replayed: async () => answer.lsn,
    close: async () => undefined,
  }
}

function execution(
  context: Partial<TransactionContext> = {},
  more: Partial<Execution> = {},
): Execution {
  return {
    statement: { text: '', name: '', estimate: undefined },
    parameters: [],
    context: {
      ...{ role: '', searchPath: '', claims: '', method: '', path: '', headers: '', cookies: '' },
      ...{ settings: [], readOnly: true, isolation: undefined, rollback: false },
      ...{ preRequest: undefined, statementTimeoutMs: undefined },
      ...context,
    },
    signal: undefined,
    ...more,
  }
}

function routed(asked: Execution, failed: readonly DatabaseNode[], askedAt = systemClock.now()) {
  return router.route(asked, failed, askedAt)
}

test.each<[string, Execution, DatabaseNode]>([
  ['a read', execution(), standby],
  ['a repeatable read', execution({ isolation: 'repeatable read' }), standby],
  [
    'a serializable read, which no standby can run',
    execution({ isolation: 'serializable' }),
    primary,
  ],
  ['a call of a volatile function', execution({}, { isVolatile: true }), primary],
  ['a write', execution({ readOnly: false }), primary],
  ['a read of a write that the standby has', withToken('7:1:3e8'), standby],
  ['a read of a write that it has not', withToken('7:1:3e9'), primary],
  ['a read of a write of another history', withToken('8:1:1'), primary],
  ['a read with a token that is none', withToken('nonsense'), primary],
])('%s', async (_, asked, expected) => {
  expect(await routed(asked, [])).toBe(expected)
})

function withToken(token: string): Execution {
  return execution({}, { consistency: { token, maxStalenessMs: undefined } })
}

test('a read that failed on one node goes to the other, and back when there is no other', async () => {
  expect(await routed(execution(), [standby])).toBe(primary)
  expect([primary, standby]).toContain(await routed(execution(), [standby, primary]))
})

test('while there is no primary a write waits for one, and not for ever', async () => {
  isPrimaryUp = false
  router.suspect(primary, new ConnectionError('PGRST001', new Error('ECONNRESET')))
  const write = execution({ readOnly: false })
  await expect(routed(write, [])).rejects.toMatchObject({ code: 'ST502' })
  expect(await routed(execution(), [])).toBe(standby)
  const overdue = routed(write, [], systemClock.now() - 60_000)
  await expect(overdue, 'all its tries wait no longer than one').rejects.toMatchObject({
    code: 'ST502',
  })
  const waiting = routed(write, [])
  isPrimaryUp = true
  expect(await waiting).toBe(primary)
})

test('where there is one node everything goes there, reachable or not', async () => {
  isPrimaryUp = false
  const alone = await routerOf([primary])
  expect(alone.route(execution({ readOnly: false }), [primary], systemClock.now())).toBe(primary)
  expect(alone.tellsPlaces).toBe(false)
})
