import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type ReplicatedCluster,
  type ReplicatedNode,
  startReplicated,
} from '../../../tests/support/replicated.ts'
import { parseTarget } from '../../capabilities/pool/index.ts'
import { withDatabase } from '../../database.ts'
import { carryOut } from './carry-out.ts'
import { raiseFence } from './fence.ts'
import { follow } from './follow.ts'
import { type FailoverNode, lookAt, nameOf } from './look.ts'
import type { LiveNode } from './plan.ts'

let cluster: ReplicatedCluster
beforeAll(async () => {
  cluster = await startReplicated()
  await cluster.primary.query('create table t (id int)')
})
afterAll(() => cluster.stop())

function nodeOf({ url }: ReplicatedNode): FailoverNode {
  const target = parseTarget(url)
  return { name: nameOf(target), target, use: work => withDatabase(target, 5_000, work) }
}

async function see(node: ReplicatedNode): Promise<LiveNode> {
  const [seen] = await lookAt([nodeOf(node)])
  const { facts } = seen!
  return facts === undefined ? expect.unreachable(seen!.problem) : { ...seen!, facts }
}

const insert = 'insert into t values (1)'

test('a fence keeps writes out, counts those who insist, and can be lifted', async () => {
  const { primary } = cluster
  const session = new pg.Client(primary.url)
  const lost = new Promise(resolve => session.on('error', resolve))
  await session.connect()
  const fence = await raiseFence(await see(primary))
  await lost // It was begun before.
  await expect(primary.query(insert)).rejects.toMatchObject({ code: '25006' })
  expect(await fence.writesSince()).toBe(0n)
  const stubborn = new pg.Client(primary.url)
  await stubborn.connect()
  await stubborn.query('set default_transaction_read_only = off')
  await stubborn.query(insert)
  await stubborn.end()
  expect(await fence.writesSince()).toBe(1n)
  await fence.lift()
  await expect
    .poll(() =>
      primary.query(insert).then(
        () => true,
        () => false,
      ),
    )
    .toBe(true)
})

test('a primary that cannot be fenced takes writes as before', async () => {
  const seen = await see(cluster.primary)
  let uses = 0
  const failing: FailoverNode = {
    ...seen.node,
    use: work => (++uses === 2 ? Promise.reject(new Error('cut')) : seen.node.use(work)),
  }
  await expect(raiseFence({ ...seen, node: failing })).rejects.toMatchObject({
    code: 'ST221',
    details: 'cut',
  })
  await expect
    .poll(() =>
      cluster.primary.query(insert).then(
        () => true,
        () => false,
      ),
    )
    .toBe(true)
})

test('a standby that may not be told is left to a person, with the statements', async () => {
  const [one, other] = cluster.standbys
  const standby = await see(one!)
  const said =
    'still follows the former primary. As a superuser there: alter system set primary_conninfo'
  for (const change of [
    { isSuperuser: false },
    { conninfo: 'service=main' },
    { conninfo: undefined },
  ]) {
    const facts = { ...standby.facts, ...change }
    expect(await follow({ ...standby, facts }, nodeOf(other!))).toContain(said)
  }
  const broken: FailoverNode = { ...standby.node, use: () => Promise.reject(new Error('cut')) }
  expect(await follow({ ...standby, node: broken }, nodeOf(other!))).toContain('(cut)')
})

test('a promotion that does not come about, and a standby that gets nothing, are told as they are', async () => {
  const { primary, standbys } = cluster
  const [seen, candidate] = [await see(primary), await see(standbys[0]!)]
  const plan = { kind: 'promotion', followers: [], warnings: [] } as const
  const refusing: FailoverNode = {
    ...candidate.node,
    use: async () => Promise.reject(new Error('no')),
  }
  const unable = { ...candidate, node: refusing }
  const lines: string[] = []
  const say = (line: string) => void lines.push(line)
  await expect(
    carryOut({ ...plan, primary: undefined, candidate: unable }, [], say),
  ).rejects.toMatchObject({ code: 'ST221', hint: expect.stringContaining('say this again') })
  await expect(
    carryOut({ ...plan, primary: seen, candidate: unable }, [], say),
  ).rejects.toMatchObject({
    code: 'ST221',
    hint: expect.stringContaining('takes writes as before'),
  })
  await expect
    .poll(() =>
      primary.query(insert).then(
        () => true,
        () => false,
      ),
    )
    .toBe(true)
  expect(lines).toEqual([expect.stringContaining('is read-only')])
})

test('a second primary beside the new one is not passed over', async () => {
  const { primary, standbys } = cluster
  const candidate = await see(standbys[0]!)
  const plan = { kind: 'promotion', primary: undefined, followers: [], warnings: [] } as const
  const all = [nodeOf(primary), candidate.node]
  await expect(carryOut({ ...plan, candidate }, all, () => undefined)).rejects.toMatchObject({
    code: 'ST221',
    message: expect.stringMatching(/takes writes too$/),
  })
})
