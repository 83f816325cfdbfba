// What does it cost that a body is what its schema says, and what does a body cost that means harm?
import type { Study } from '../harness/trial.ts'
import { body } from './validation/body.ts'
import { bombs } from './validation/bombs.ts'
import { writes } from './validation/writes.ts'

export const validation: Study = {
  name: 'validation',
  packages: ['fastify'],
  trials: [body, writes, bombs],
}
