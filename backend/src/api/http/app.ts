import type { IncomingMessage } from 'node:http'
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import type { Observer } from '../../base/index.ts'
import { answerClientError } from './client-error.ts'
import { expose } from './cors.ts'
import type { Refused } from './database-hints.ts'
import type { ErrorResponse } from './error-response.ts'
import { errorResponse } from './errors.ts'
import type { Guard } from './guard/guard.ts'
import { putGuard } from './guard/hooks.ts'
import type { HttpEvent } from './events.ts'
import { bodyBeside, headerText } from './header-text.ts'
import type { Identity } from './identity/index.ts'
import { createLiveRules } from './live-rules.ts'
import type { HttpRules } from './options.ts'
import {
  ContentTypeError,
  UnknownPathError,
  UnsupportedMethodError,
  UrlTooLongError,
  WrongHostError,
} from './request-errors.ts'
import { securityHeaders } from './security-headers.ts'
import { putBefore, type Shortcut } from './shortcut.ts'
import { unusedConnections } from './unused-connections.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set by the route once it knows, undefined before. */
    identity: Identity | undefined
  }
}

/** What hints of errors are made from. */
export interface Surroundings {
  /** The role that the server logs in to the database as. */
  readonly login?: string | undefined
  /** Where to look instead of a path at which nothing was found. */
  readonly hintForPath?: ((path: string) => string | undefined) | undefined
  /** Who may come in, at this moment. Undefined: everybody. */
  readonly guard?: (() => Guard | undefined) | undefined
}

/** Node.js looks for requests that are late so often, unless they have less time than that. */
const LATE_CHECK_MS = 30_000
const HEADERS_MS = 60_000

/**
 * The Fastify instance that every API registers its routes on: limits, security headers, CORS and errors are decided
 * here and nowhere else. Routes get the raw URL; nothing parses a query string before they do. Limits and times are those
 * of the start; what `LiveRules` has follows the current rules.
 *
 * `shortcut` may answer a request before the framework sees it, unless that is for another host or the server is stopping.
 */
export function createHttpApp(
  current: () => HttpRules,
  observe: Observer<HttpEvent>,
  surroundings: Surroundings = {},
  shortcut?: Shortcut,
): FastifyInstance {
  const rules = current()
  const live = createLiveRules(current)
  const always = securityHeaders()
  const app = fastify({
    bodyLimit: rules.bodyBytesMax,
    logger: false,
    return503OnClosing: false, // Draining answers what still comes in; see `stop` in server.ts.
    forceCloseConnections: 'idle',
    keepAliveTimeout: rules.keepAliveMs,
    requestTimeout: rules.requestTimeoutMs,
    http: {
      maxHeaderSize: rules.headerBytesMax,
      connectionsCheckingInterval: Math.min(LATE_CHECK_MS, rules.requestTimeoutMs),
      // If headers have more time than the whole request, Node.js takes the one for the other.
      headersTimeout: Math.min(HEADERS_MS, rules.requestTimeoutMs),
    },
    routerOptions: { querystringParser: () => ({}), maxParamLength: rules.urlBytesMax },
    frameworkErrors: (error, request, reply) => {
      void reply.headers(always).headers(live().headersFor(request.headers)) // No hook has run.
      send(reply, live().shown(errorResponse(error, refusedOf(request, surroundings))))
    },
    clientErrorHandler: answerClientError,
  })

  app.decorateRequest('identity', undefined)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  app.addHook('onRequest', (request, reply, done) => {
    const { headersFor, isOurs, cors } = live()
    reply.headers(always).headers(headersFor(request.headers))
    if (!isOurs(request.headers.host)) return done(new WrongHostError())
    const preflight = cors.preflight(request.method, request.headers)
    if (preflight !== undefined) return void reply.headers(preflight).code(200).send()
    if (request.raw.url !== undefined && request.raw.url.length > rules.urlBytesMax) {
      return done(new UrlTooLongError(request.raw.url.length, rules.urlBytesMax))
    }
    done()
  })

  putGuard(app, () => surroundings.guard?.())

  const isClosing = closeBusyConnections(app)
  if (shortcut !== undefined) {
    putBefore(app.server, (request, response) => {
      const { isOurs, always } = live()
      if (isClosing() || !isOurs(request.headers.host)) return false
      try {
        return shortcut(request, response, always)
      } catch (error) {
        observe({ kind: 'http.failed', status: 500, path: pathOf({ raw: request }), error })
        if (response.headersSent) response.destroy() // Half an answer is none.
        return response.headersSent
      }
    })
  }

  app.setNotFoundHandler(request => {
    if (!app.supportedMethods.includes(request.method)) {
      throw new UnsupportedMethodError(request.method)
    }
    throw new UnknownPathError(pathOf(request))
  })

  app.setErrorHandler((error: FastifyError, request, reply) => {
    const told = error.code === UNREADABLE_TYPE ? contentTypeError(request) : error
    const refused = refusedOf(request, surroundings)
    const answer = errorResponse(told, refused)
    if (answer.status >= 500) {
      observe({ kind: 'http.failed', status: answer.status, path: pathOf(request), error })
    }
    const { visit } = request
    const end = { status: answer.status, code: told.code, isInvalid: 'faults' in told }
    const ban = visit && surroundings.guard?.()?.leave(visit, end)
    send(reply, live().shown(ban === undefined ? answer : errorResponse(ban, refused)))
  })
  return app
}

/** Fastify's code for a Content-Type that is no media type; it refuses even what it is told not to parse. */
const UNREADABLE_TYPE = 'FST_ERR_CTP_INVALID_MEDIA_TYPE'

/** PostgREST takes an empty header for any type, and repeats any other one without its parameters. */
function contentTypeError({ headers }: Pick<FastifyRequest, 'headers'>): ContentTypeError {
  const [mediaType = ''] = headerText(headers['content-type'] ?? '').split(';', 1)
  return new ContentTypeError(mediaType === '' ? '*/*' : mediaType)
}

/** A path with `/rpc/` in it is that of a function. */
function refusedOf(
  request: Pick<FastifyRequest, 'identity' | 'method' | 'raw'>,
  { login, hintForPath }: Surroundings,
): Refused {
  const { identity, method } = request
  const path = pathOf(request)
  const placeHint = () => hintForPath?.(path)
  return { identity, method, isCall: path.includes('/rpc/'), login, placeHint }
}

/**
 * Node closes idle connections when the server closes; one that is busy then must be told that this answer is its last.
 * Answers whether it is that time.
 */
function closeBusyConnections(app: FastifyInstance): () => boolean {
  let isClosing = false
  const closeUnused = unusedConnections(app.server)
  app.addHook('preClose', done => {
    isClosing = true
    closeUnused()
    done()
  })
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (isClosing) reply.header('connection', 'close')
    done()
  })
  return () => isClosing
}

/** The two kinds of reply that Fastify hands out differ in their generics only. */
type Sender = Pick<FastifyReply, 'code' | 'getHeader' | 'header'>

function send(reply: Sender, { status, headers, body }: ErrorResponse): void {
  expose(reply, headers)
  const sent = reply.code(status).type('application/json; charset=utf-8').headers(headers)
  void sent.send(bodyBeside(sent.getHeaders(), body))
}

/** Without the query string, which may hold what a user typed. */
function pathOf(request: { readonly raw: Pick<IncomingMessage, 'url'> }): string {
  return (request.raw.url ?? '').split('?', 1)[0] ?? ''
}
