// What does the pool do that others do not: under a spike, by size, with slow work beside fast work, over a restart and a day?
import type { Study } from '../harness/trial.ts'
import { day } from './pool/day.ts'
import { restart } from './pool/restart.ts'
import { slowBesideFast } from './pool/slow-beside-fast.ts'
import { spike } from './pool/spike.ts'
import { sweep } from './pool/sweep.ts'
import { rows, waits } from './pool/three-hundred.ts'
import { utilisation } from './pool/utilisation.ts'

export const pool: Study = {
  name: 'pool',
  packages: ['pg', 'pg-pool'],
  trials: [spike, sweep, rows, waits, slowBesideFast, restart, day, utilisation],
}
