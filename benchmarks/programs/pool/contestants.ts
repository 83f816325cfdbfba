import pg from 'pg'
import {
  createPool,
  parseTarget,
  type PoolOptions,
} from '../../../backend/src/capabilities/pool/index.ts'
import type { Statement } from './work.ts'

/** Which pool a program holds, and how it is set up. */
export type PoolSettings = { readonly url: string } & (
  | { readonly kind: 'S-Tier'; readonly options: PoolOptions }
  | { readonly kind: 'pg-pool'; readonly sizeMin: number; readonly sizeMax: number }
)

/** What the scenarios ask of any pool. */
export interface TestedPool {
  /** Runs one statement; answers how long it took with the connection in hand, in milliseconds. */
  run(statement: Statement, isBatch: boolean): Promise<number>
  /** Opens the connections that it keeps in any case. */
  fill(): Promise<void>
  now(): { readonly size: number; readonly busy: number; readonly waiting: number }
  /** What explains its size. */
  explain(): unknown
  end(): Promise<unknown>
}

export function createContestant(settings: PoolSettings): TestedPool {
  return settings.kind === 'S-Tier' ? ours(settings) : pgPool(settings)
}

const INTERACTIVE = { leavesNoTrace: true, class: 'interactive' } as const
const BATCH = { leavesNoTrace: true, class: 'batch' } as const

/** A plain read leaves nothing in its session; pg-pool never looks. */
function ours({ url, options }: Extract<PoolSettings, { kind: 'S-Tier' }>): TestedPool {
  const pool = createPool({ target: parseTarget(url), ...options })
  return {
    run({ text, values }, isBatch) {
      return pool.use(
        async connection => {
          const startedAt = performance.now()
          await connection.query(text, values)
          return performance.now() - startedAt
        },
        isBatch ? BATCH : INTERACTIVE,
      )
    },
    fill: () => pool.fill(),
    now: () => pool.stats(),
    explain: () => pool.stats(),
    end: () => pool.end(5_000),
  }
}

/** As its users run it, with statements prepared by name, which our pool does by itself. */
function pgPool(settings: Extract<PoolSettings, { kind: 'pg-pool' }>): TestedPool {
  const { url, sizeMin: min, sizeMax: max } = settings
  const pool = new pg.Pool({ connectionString: url, min, max, idleTimeoutMillis: 0 })
  pool.on('error', () => undefined) // A connection was lost: the restart does that on purpose.
  pool.on('connect', client => client.on('error', () => undefined))
  return {
    async run({ text, values }) {
      const client = await pool.connect()
      try {
        const startedAt = performance.now()
        await client.query({ name: nameOf(text), text, values: [...values] })
        return performance.now() - startedAt
      } finally {
        client.release()
      }
    },
    async fill() {
      const clients = await Promise.all(Array.from({ length: min }, () => pool.connect()))
      for (const client of clients) client.release()
    },
    now: () => ({
      ...{ size: pool.totalCount, waiting: pool.waitingCount },
      busy: pool.totalCount - pool.idleCount,
    }),
    explain: () => undefined,
    end: () => pool.end(),
  }
}

const names = new Map<string, string>()

function nameOf(text: string): string {
  const name = names.get(text) ?? `statement${names.size}`
  names.set(text, name)
  return name
}
