import { expect, test } from 'vitest'
import { type CpuProfile, topFunctions } from './cpu-profile.ts'

function node(id: number, functionName: string, url = '', lineNumber = 0) {
  return { id, callFrame: { functionName, url, lineNumber } }
}

test('time is summed by function, idle time left out, the longest first', () => {
  const profile: CpuProfile = {
    nodes: [
      node(1, '(idle)'),
      node(2, 'send', 'file:///x/node_modules/fastify/lib/reply.js', 9),
      node(3, 'run', 'file:///x/backend/dist/query/executor/run.js', 4),
      node(4, 'send', 'file:///x/node_modules/fastify/lib/reply.js', 9),
    ],
    samples: [1, 2, 3, 4, 3],
    timeDeltas: [500, 10, 30, 30, 30],
  }
  expect(topFunctions(profile, 5)).toEqual([
    { name: 'run (backend/dist/query/executor/run.js:5)', selfMicros: 60, share: 0.6 },
    { name: 'send (fastify/lib/reply.js:10)', selfMicros: 40, share: 0.4 },
  ])
  expect(topFunctions(profile, 1)).toHaveLength(1)
})
