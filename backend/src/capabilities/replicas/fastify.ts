import type { Replicas } from './replicas.ts'
import { type NeedHeaders, readNeedOf, TOKEN_HEADER, tokenCookie } from './request-need.ts'
import type { ReadNeed } from './routing.ts'

declare module 'fastify' {
  interface FastifyInstance {
    replicas: Replicas
  }
  interface FastifyRequest {
    /** How new the rows must be that this request reads: for `app.replicas.read`. */
    readonly readNeed: ReadNeed
  }
  interface FastifyReply {
    /** Gives the client the token of what was just written to the node, in header and cookie. */
    tellWrite(node: number, lsn: string): this
  }
}

/** The part of a Fastify app that this plugin uses. */
export interface ReplicasHost {
  decorate(name: 'replicas', value: Replicas): unknown
  decorateRequest(name: 'readNeed', value: { getter(this: RequestLike): ReadNeed }): unknown
  decorateReply(
    name: 'tellWrite',
    value: (this: ReplyLike, node: number, lsn: string) => ReplyLike,
  ): unknown
  addHook(name: 'onReady' | 'onClose', hook: () => Promise<void>): unknown
}

interface RequestLike {
  readonly headers: NeedHeaders
}

interface ReplyLike {
  header(name: string, value: string): ReplyLike
}

export interface ReplicasPluginOptions {
  readonly replicas: Replicas
  /** How long a browser keeps the token of its last write, in milliseconds; 0 sends no cookie. Default 300_000. */
  readonly cookieMs?: number
  /** The cookie goes over TLS only. Default false. */
  readonly isCookieSecure?: boolean
}

/**
 * Fastify plugin: `app.replicas`, watched from when the app is ready until it closes, and on each request and reply what
 * lets a client read its own writes:
 *
 * ```ts
 * app.get('/orders', async request => {
 *   const node = await app.replicas.read(request.readNeed)
 *   …
 * })
 * app.post('/orders', async (request, reply) => {
 *   …
 *   return reply.tellWrite(node, lsn).send(order)
 * })
 * ```
 */
export async function replicasPlugin(
  app: ReplicasHost,
  { replicas, cookieMs = 300_000, isCookieSecure = false }: ReplicasPluginOptions,
): Promise<void> {
  app.decorate('replicas', replicas)
  app.decorateRequest('readNeed', {
    getter() {
      return readNeedOf(this.headers)
    },
  })
  app.decorateReply('tellWrite', function (node, lsn) {
    const token = replicas.token(node, lsn)
    if (token === undefined) return this
    if (cookieMs > 0) this.header('set-cookie', tokenCookie(token, cookieMs, isCookieSecure))
    return this.header(TOKEN_HEADER, token)
  })
  app.addHook('onReady', () => replicas.start())
  app.addHook('onClose', () => replicas.stop())
}

/** For the whole app, not only for what is registered inside: how Fastify is told so. */
Object.assign(replicasPlugin, { [Symbol.for('skip-override')]: true })
