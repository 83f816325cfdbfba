// What does it cost that a body is what its schema says: ours beside Fastify's own, and beside none?
import { greatest, interleave, least } from '../harness/interleave.ts'
import { loadServer } from '../harness/served-load.ts'
import { atLeast, type Study, type Trial } from '../harness/trial.ts'
import { startWorker } from '../harness/worker.ts'
import type { ValidationOrder } from '../programs/validation.ts'
import { type Route, ROUTES } from '../programs/validation/routes.ts'

const EXTENT = {
  full: { rounds: 4, requests: 20_000 },
  quick: { rounds: 1, requests: 3_000 },
}
const CONNECTIONS = 32

/** Some 600 bytes: an order of eight lines. */
const BODY = JSON.stringify({
  ...{ customer: 17, email: 'someone@example.org', express: true },
  lines: Array.from({ length: 8 }, (_, at) => ({
    ...{ sku: `AB-100${at}`, quantity: at + 1 },
    note: "Don't fold; leave at the door",
  })),
})

const body: Trial = {
  name: 'body',
  title: 'A POST of 600 bytes, answered by Fastify',
  async run(extent) {
    const { rounds, requests } = EXTENT[extent]
    const results = await interleave(ROUTES, rounds, route => measure(route, requests))
    const speed = (route: Route) => greatest(results, route, ({ perSecond }) => perSecond)
    const cpu = (route: Route) => least(results, route, ({ cpuMicros }) => cpuMicros)
    return {
      columns: [
        { name: 'requests/s', digits: 0 },
        { name: 'server CPU, µs a request', digits: 1 },
      ],
      rows: ROUTES.map(route => ({ name: route, values: [speed(route), cpu(route)] })),
      bars: [
        atLeast(
          "throughput, of that with Fastify's schema",
          speed('S-Tier') / speed("Fastify's schema"),
          0.95,
        ),
      ],
      raw: Object.fromEntries(results),
    }
  },
}

async function measure(route: Route, requests: number) {
  const worker = startWorker<ValidationOrder>('validation', route)
  try {
    const port = await worker.ask<number>({ kind: 'serve', route })
    return await loadServer({
      ...{ port, pid: worker.pid, requests, connections: CONNECTIONS },
      request: { method: 'POST', path: '/orders', body: BODY },
      headers: { 'content-type': 'application/json' },
    })
  } finally {
    await worker.stop()
  }
}

export const validation: Study = { name: 'validation', packages: ['fastify'], trials: [body] }
