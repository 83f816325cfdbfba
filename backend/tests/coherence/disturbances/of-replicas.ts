import { setTimeout as sleep } from 'node:timers/promises'
import type { ReplicatedNode } from '../../support/replicated.ts'
import type { Rig } from '../rig.ts'
import { type Disturbance, LASTS_MS, until } from './waiting.ts'

/** Reads go on elsewhere. */
export const OF_REPLICAS: Readonly<Record<string, Disturbance>> = {
  async 'the replica falls behind'({ rig }) {
    const [standby] = standbysOf(rig)
    await standby?.pauseReplay()
    await sleep(LASTS_MS)
    await standby?.resumeReplay()
  },

  async 'the replica is gone'({ rig }) {
    const [standby] = standbysOf(rig)
    await standby?.kill()
    await sleep(LASTS_MS)
    await standby?.start()
  },
}

export const FAILOVER: Readonly<Record<string, Disturbance>> = {
  /** Nothing that was acknowledged is lost, for the standby has it. */
  async 'the replica becomes the primary'({ rig }) {
    const before = rig.primary
    const [next] = standbysOf(rig)
    if (next === undefined) return
    await before.query(`alter system set synchronous_standby_names = 'ANY 1 (*)'`)
    await before.query('select pg_reload_conf()')
    await until('it is synchronous', async () => {
      const [row] = await before.query(
        `select from pg_stat_replication where sync_state = 'quorum'`,
      )
      return row !== undefined
    })
    await before.query('create table if not exists all_before_is_there (id int)')
    await before.kill()
    await next.promote()
    rig.primary = next
    await next.query('alter system reset synchronous_standby_names')
    await next.query('select pg_reload_conf()')
    await sleep(LASTS_MS)
    await rig.cluster.reclone(before, next)
  },
}

function standbysOf({ cluster, primary }: Rig): readonly ReplicatedNode[] {
  return cluster.nodes.filter(node => node !== primary)
}
