// One process of a fleet: a real pool with a real budget, and callers who keep it busy. Says what happens on its standard output.
import { setTimeout as sleep } from 'node:timers/promises'
import {
  ConnectionError,
  createAdvisoryLockRegistry,
  createFleetBudget,
  createListener,
  createPool,
  parseTarget,
  probe,
} from '../../src/capabilities/pool/index.ts'

const CALLERS = 30
/** Of each statement, in seconds. */
const BUSY_S = 0.05
const REFRESH_MS = 500

const target = parseTarget(process.argv[2] ?? '', {})
const told = { served: 0, limit: 0, errors: {} as Record<string, number> }
let isStopping = false

await probe(target)
const listener = createListener({ target })
const pool = createPool({
  target: { ...target, applicationName: 'fleet-pool' },
  sizeMin: 2,
  sizeMax: 100,
  resizeEveryMs: 1_000,
  connectsPerSecondMax: 100,
  observe(event) {
    if (event.kind === 'pool.connect-failed') count(event.error)
  },
})
const budget = createFleetBudget({
  registry: createAdvisoryLockRegistry({ target, share: 0.9 }),
  refreshMs: REFRESH_MS,
  needs() {
    const { size, connecting, wanted } = pool.stats()
    return { held: size + connecting, wanted }
  },
  onShare(limit, reason) {
    told.limit = limit
    pool.limit(limit, reason)
  },
})

function count(error: unknown): void {
  const cause: unknown = error instanceof ConnectionError ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
  told.errors[code] = (told.errors[code] ?? 0) + 1
}

async function call(): Promise<void> {
  while (!isStopping) {
    try {
      await pool.query(`select pg_sleep(${BUSY_S})`)
      told.served++
    } catch (error) {
      count(error)
      await sleep(100)
    }
  }
}

process.once('SIGTERM', () => {
  isStopping = true
})

await budget.start()
const callers = Array.from({ length: CALLERS }, call)
const telling = setInterval(() => tell(), 100)
await Promise.all(callers)
await pool.end(5_000)
await listener.stop()
await budget.stop()
clearInterval(telling)
tell()

function tell(): void {
  const { size, busy, connecting, target: aim, wanted } = pool.stats()
  console.log(JSON.stringify({ ...told, pool: { size, busy, connecting, target: aim, wanted } }))
}
