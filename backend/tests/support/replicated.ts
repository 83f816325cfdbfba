import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROLES } from './cluster.ts'
import { freePort } from './free-port.ts'
import { createNode, type OwnedNode, type ReplicatedNode } from './replicated-node.ts'

export type { ReplicatedNode } from './replicated-node.ts'

export interface ReplicatedOptions {
  /** Default 2. */
  readonly standbys?: number
  /** A commit of the first primary is answered once a standby has it too, so that no failover loses it. Default false. */
  readonly synchronous?: boolean
  /** Settings of every server, besides those that all have, or instead of them. */
  readonly settings?: Readonly<Record<string, string>>
}

/** A primary with streaming standbys. `primary` and `standbys` say how they began, whatever became of them. */
export interface ReplicatedCluster {
  readonly primary: ReplicatedNode
  readonly standbys: readonly ReplicatedNode[]
  /** The primary first. Named `node-1`, `node-2`, … */
  readonly nodes: readonly ReplicatedNode[]
  /** Throws the data of a node away and makes it a standby of another one: how a former primary comes back. */
  reclone(node: ReplicatedNode, from: ReplicatedNode): Promise<void>
  /** Of these nodes, the one that has received most: what a cluster manager promotes. Default: the standbys. */
  mostAdvanced(nodes?: readonly ReplicatedNode[]): Promise<ReplicatedNode>
  /** Ends and removes everything. May be called twice. */
  stop(): Promise<void>
}

/**
 * Starts one, with the roles of every PostgREST database, in about two seconds. The programs are those of the run's own cluster
 * (`STIER_TEST_PG_BIN`, or the embedded ones).
 */
export async function startReplicated(options: ReplicatedOptions = {}): Promise<ReplicatedCluster> {
  const { standbys: count = 2, synchronous = false, settings = {} } = options
  const folder = mkdtempSync(join(tmpdir(), 's-tier-replicated-'))
  chmodSync(folder, 0o755) // As root, PostgreSQL runs as another user, who must pass.
  const nodes: OwnedNode[] = []
  for (let index = 1; index <= count + 1; index++) {
    nodes.push(await newNode(folder, index, settings))
  }
  const [primary, ...standbys] = nodes as [OwnedNode, ...OwnedNode[]]

  async function stop(): Promise<void> {
    await Promise.all(nodes.map(node => node.kill()))
    rmSync(folder, { recursive: true, force: true })
  }

  try {
    await primary.start()
    await primary.query(ROLES)
    for (const standby of standbys) await standby.cloneFrom(primary)
    if (synchronous) await makeSynchronous(primary)
    const lsn = await primary.lsn()
    await Promise.all(standbys.map(standby => standby.caughtUp(lsn)))
  } catch (error) {
    await stop()
    throw error
  }
  return {
    primary,
    standbys,
    nodes,
    reclone: (node, from) => owned(nodes, node).cloneFrom(owned(nodes, from)),
    mostAdvanced: (among = standbys) => mostAdvanced(among),
    stop,
  }
}

async function newNode(
  folder: string,
  index: number,
  settings: Readonly<Record<string, string>>,
): Promise<OwnedNode> {
  const binDir = process.env['STIER_TEST_PG_BIN']
  return createNode({ name: `node-${index}`, port: await freePort(), folder, binDir, settings })
}

function owned(nodes: readonly OwnedNode[], { name }: ReplicatedNode): OwnedNode {
  const node = nodes.find(one => one.name === name)
  if (node === undefined) throw new Error(`${name} is not of this cluster`)
  return node
}

/** Any one standby's word is enough: the other may be down. */
async function makeSynchronous(primary: ReplicatedNode): Promise<void> {
  await primary.query(`alter system set synchronous_standby_names = 'ANY 1 (*)'`)
  await primary.query('select pg_reload_conf()')
}

async function mostAdvanced(nodes: readonly ReplicatedNode[]): Promise<ReplicatedNode> {
  const received = await Promise.all(
    nodes.map(async node => {
      const [row] = await node.query<{ lsn: string }>(RECEIVED)
      return { node, lsn: BigInt(row?.lsn ?? 0) }
    }),
  )
  return received.reduce((best, one) => (one.lsn > best.lsn ? one : best)).node
}

const RECEIVED = `select
  (greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) - '0/0')::text as lsn`
