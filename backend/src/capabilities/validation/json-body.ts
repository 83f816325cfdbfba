import type { FastifyInstance, FastifyRequest } from 'fastify'
import { option } from '../../base/index.ts'
import { createBodyGuard } from './body/guard.ts'
import type { BodyOptions } from './body/options.ts'
import { collect, type CollectFault } from './request/collect.ts'
import { decompress } from './request/decompress.ts'
import {
  DECOMPRESSION_CHECKS,
  DECOMPRESSION_DEFAULTS,
  type DecompressionOptions,
} from './request/decompression-options.ts'
import { parsed, type WatchingOptions } from './watching.ts'

export interface JsonBodyOptions extends WatchingOptions {
  /** Limits of JSON bodies. */
  readonly body?: BodyOptions
  /** How large a compressed body may become. Default: as large as Fastify's `bodyLimit` lets others be. */
  readonly decompression?: DecompressionOptions
}

type Done = (error: Error | null, value?: unknown) => void

/** Reads `application/json` with a guard. As Fastify's own parser, it takes what comes in one piece without a copy. */
export function acceptJson(app: FastifyInstance, options: JsonBodyOptions): void {
  const { body, decompression = {} } = options
  const guard = createBodyGuard(body)
  const decompressedBytesMax = app.initialConfig.bodyLimit
  const settled = option.settled(
    'decompression',
    { ...(decompressedBytesMax === undefined ? {} : { decompressedBytesMax }), ...decompression },
    DECOMPRESSION_CHECKS,
    DECOMPRESSION_DEFAULTS,
  )

  function read(bytes: Buffer, request: FastifyRequest, done: Done): void {
    let value: unknown
    try {
      value = parsed(bytes, guard, options, request)
    } catch (error) {
      return done(error as Error)
    }
    done(null, value)
  }

  async function unpackAndRead(bytes: Buffer, encoding: string, request: FastifyRequest) {
    return parsed(await decompress(bytes, encoding, settled), guard, options, request)
  }

  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', (request, payload, done) => {
    const { headers } = request
    const limit = request.routeOptions.bodyLimit
    collect(payload, limit, Number(headers['content-length']), came => {
      if (!Buffer.isBuffer(came)) return done(errorOf(came))
      const encoding = headers['content-encoding']
      if (encoding === undefined) return read(came, request, done)
      unpackAndRead(came, encoding, request).then(
        value => done(null, value),
        (error: unknown) => done(error as Error),
      )
    })
  })
}

/** In the codes and words that Fastify has for what has nothing to do with JSON. */
function errorOf(fault: CollectFault): Error {
  if (fault instanceof Error) return fault
  const [code, message, statusCode] = FASTIFY_ERRORS[fault]
  return Object.assign(new Error(message), { code, statusCode })
}

const FASTIFY_ERRORS = Object.freeze({
  size: ['FST_ERR_CTP_BODY_TOO_LARGE', 'Request body is too large', 413],
  length: [
    'FST_ERR_CTP_INVALID_CONTENT_LENGTH',
    'Request body size did not match Content-Length',
    400,
  ],
} as const)
