import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultProxy } from '../../support/fault-proxy.ts'
import type { Rig } from '../rig.ts'
import { type Disturbance, LASTS_MS } from './waiting.ts'

/** Requests may fail while it lasts; answers that are older than they ought to be say so. */
export const LOUD: Readonly<Record<string, Disturbance>> = {
  async 'a node is killed'({ rig, random }) {
    const node = random.pick(rig.nodes)
    await node.kill()
    await sleep(LASTS_MS / 3)
    await node.restart()
  },

  async 'all connections to the primary break'({ rig }) {
    networkOf(rig).reset()
  },

  async 'the primary cannot be reached'({ rig }) {
    const network = networkOf(rig)
    await network.refuse()
    network.reset()
    await sleep(LASTS_MS)
    await network.accept()
  },

  async 'the primary says nothing'({ rig }) {
    const network = networkOf(rig)
    network.freeze()
    await sleep(LASTS_MS)
    network.thaw()
  },
}

function networkOf(rig: Rig): FaultProxy {
  const network = rig.networks[rig.cluster.nodes.indexOf(rig.primary)]
  if (network === undefined) throw new Error('The primary has no network')
  return network
}
