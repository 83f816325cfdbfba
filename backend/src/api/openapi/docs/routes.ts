import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isKnownTo, UnknownPathError } from '../../http/index.ts'
import { type Asset, createAssets } from './assets.ts'

/** What the page needs of the rest of the server, at the moment of a request. */
export interface DocsServices {
  /** The page is served at all. */
  readonly isServed: boolean
  /** The other server that "try it" may ask, besides this one: the origin of `openapi.serverUrl`. */
  readonly otherOrigin: string | undefined
  /** Answers what the page does not; undefined: nobody does. */
  readonly otherwise:
    | ((request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>)
    | undefined
}

/** Where the interactive page is; its files are below. */
export const DOCS_PATH = '/docs'

/**
 * Serves the interactive page of the documents, complete in itself: nothing is loaded from anywhere else, which its
 * Content-Security-Policy makes sure of.
 */
export function registerDocs(app: FastifyInstance, current: () => DocsServices): void {
  const assets = createAssets()

  const serve = (nameOf: (request: FastifyRequest) => string) =>
    async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
      const { isServed, otherOrigin, otherwise } = current()
      if (!isServed && otherwise !== undefined) return otherwise(request, reply)
      const asset = isServed ? await assets.get(nameOf(request)) : undefined
      if (asset === undefined) throw new UnknownPathError(pathOf(request))
      void reply.header('content-security-policy', policy(otherOrigin))
      return send(request, reply, asset)
    }

  /** Where it is not served, a relation of that name may be. */
  const guard = {
    get needsCaller() {
      const { isServed, otherwise } = current()
      return !isServed && otherwise !== undefined
    },
  }
  const config = { guard }
  app.get(
    DOCS_PATH,
    { config },
    serve(() => 'page.html'),
  )
  app.get(
    `${DOCS_PATH}/*`,
    { config },
    serve(request => pathOf(request).slice(DOCS_PATH.length + 1)),
  )
}

/** Kept, but asked for again each time: an unchanged file answers 304. */
function send(request: FastifyRequest, reply: FastifyReply, asset: Asset): FastifyReply {
  const acceptsGzip = /\bgzip\b/.test(request.headers['accept-encoding']?.toString() ?? '')
  const { body, etag } = acceptsGzip ? asset.gzipped : asset.plain
  const vary = reply.getHeader('vary')
  void reply.headers({
    etag,
    'cache-control': 'no-cache',
    vary: [vary ?? [], 'Accept-Encoding'].flat().join(', '),
  })
  if (isKnownTo(request.headers['if-none-match'], etag)) return reply.code(304).send()
  if (acceptsGzip) void reply.header('content-encoding', 'gzip')
  return reply.type(asset.type).send(body)
}

/**
 * Scripts, styles and requests of this server only, and nothing inline. `data:` is for the icons inside of Swagger UI's
 * style sheet.
 */
function policy(otherOrigin: string | undefined): string {
  const asked = otherOrigin === undefined ? "'self'" : `'self' ${otherOrigin}`
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src ${asked}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

function pathOf(request: FastifyRequest): string {
  return (request.raw.url ?? '').split('?', 1)[0] ?? ''
}
