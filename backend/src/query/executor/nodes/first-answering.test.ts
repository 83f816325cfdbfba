import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startFaultProxy } from '../../../../tests/support/fault-proxy.ts'
import { type ReplicatedCluster, startReplicated } from '../../../../tests/support/replicated.ts'
import { systemClock } from '../../../base/index.ts'
import { firstAnswering } from './first-answering.ts'
import { nodeTargets } from './targets.ts'

let cluster: ReplicatedCluster
let primary: string
let standby: string

beforeAll(async () => {
  cluster = await startReplicated({ standbys: 1 })
  const [one = '', other = ''] = cluster.nodes.map(({ authenticatorUrl }) => authenticatorUrl)
  primary = one
  standby = other
})
afterAll(() => cluster.stop())

/** Nobody is to wait for a connection that never comes. */
const FOR_EVER_MS = 600_000

async function portOf(urls: readonly string[]): Promise<number> {
  const [first = '', ...others] = urls
  return (await firstAnswering(nodeTargets(first, others), FOR_EVER_MS, systemClock)).port
}

async function vanished(url: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const network = await startFaultProxy({ host: hostname, port: Number(port) })
  onTestFinished(() => network.stop())
  network.halfOpen()
  return network.urlFor(url)
}

test('the primary comes first, wherever it is named', async () => {
  expect(await portOf([standby, primary])).toBe(Number(new URL(primary).port))
})

test('where the primary does not answer, a standby does', async () => {
  expect(await portOf([await vanished(primary), standby])).toBe(Number(new URL(standby).port))
})

test('a standby that does not answer is not waited for', async () => {
  expect(await portOf([await vanished(standby), primary])).toBe(Number(new URL(primary).port))
})

test('when none answers, it is told what is wrong with the first', async () => {
  const nowhere = 'postgres://nobody@127.0.0.1:1/no_such_database'
  const unknown = standby.replace(/[^/]*$/, 'no_such_database')
  await expect(portOf([nowhere, unknown])).rejects.toMatchObject({ code: 'ST031' })
  await expect(portOf([unknown, nowhere])).rejects.toMatchObject({ code: 'ST032' })
})
