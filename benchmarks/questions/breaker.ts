// What does a breaker cost, whom does it let through when, and what do retries make of an outage: ours beside npm's two?
import type { Study } from '../harness/trial.ts'
import { closed, rejected } from './breaker/cost.ts'
import { afterClosing, halfOpen } from './breaker/herd.ts'
import { outage } from './breaker/outage.ts'

export const breaker: Study = {
  name: 'breaker',
  packages: ['opossum', 'cockatiel'],
  trials: [closed, rejected, halfOpen, afterClosing, outage],
}
