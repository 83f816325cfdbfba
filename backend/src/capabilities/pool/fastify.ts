import type { Pool } from './types.ts'

declare module 'fastify' {
  interface FastifyInstance {
    pool: Pool
  }
}

/** The part of a Fastify app that this plugin uses. */
export interface PluginHost {
  decorate(name: 'pool', value: Pool): unknown
  addHook(name: 'onReady' | 'onClose', hook: () => Promise<void>): unknown
}

export interface PoolPluginOptions {
  readonly pool: Pool
  /** The app is ready when the pool's connections are: `ready()` and `listen()` wait for them, or fail. Default true. */
  readonly isFilledFirst?: boolean
  /** What still runs so long after the app began to close is cut off, in milliseconds. Default 5_000. */
  readonly endWithinMs?: number
}

/**
 * Fastify plugin: `app.pool`, open when the app is ready and ended when it closes. Register it with
 * `app.register(poolPlugin, { pool: createPool({ target }) })`.
 */
export async function poolPlugin(app: PluginHost, options: PoolPluginOptions): Promise<void> {
  const { pool, isFilledFirst = true, endWithinMs = 5_000 } = options
  app.decorate('pool', pool)
  if (isFilledFirst) app.addHook('onReady', () => pool.fill())
  app.addHook('onClose', async () => {
    await pool.end(endWithinMs)
  })
}

/** For the whole app, not only for what is registered inside: how Fastify is told so. */
Object.assign(poolPlugin, { [Symbol.for('skip-override')]: true })
