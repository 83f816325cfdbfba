import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { BodyGuard } from './body/guard.ts'
import { BodySyntaxError, ValidationError } from './errors.ts'
import { textOf } from './request/body-text.ts'

/** Whether what is wrong is refused or only watched. */
export interface WatchingOptions {
  /**
   * `monitor`: what would be refused is handed to `onWatched` and goes on to its handler. What cannot be read or unpacked at all is
   * refused in any case. Default enforce.
   */
  readonly mode?: 'enforce' | 'monitor'
  /** Hears of what is only watched. It must not throw. Default: nobody does. */
  readonly onWatched?: (error: ValidationError, request: FastifyRequest) => void
}

/** Throws what `check` throws, unless it is only watched. */
export function judge(
  { mode, onWatched }: WatchingOptions,
  request: FastifyRequest,
  check: () => void,
): void {
  if (mode !== 'monitor') return check()
  try {
    check()
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error
    onWatched?.(error, request)
  }
}

/** What a guard makes of a body, or JSON alone where the guard only watches. */
export function parsed(
  bytes: Buffer,
  guard: BodyGuard,
  { mode, onWatched }: WatchingOptions,
  request: FastifyRequest,
): unknown {
  if (mode !== 'monitor') return guard.parse(bytes)
  try {
    return guard.parse(bytes)
  } catch (error) {
    if (!(error instanceof ValidationError) || error instanceof BodySyntaxError) throw error
    const value = parsedBeyond(textOf(bytes))
    onWatched?.(error, request)
    return value
  }
}

/** Of a text of which not everything was looked at. */
function parsedBeyond(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const hint = 'Let a JSON library write it.'
    throw new BodySyntaxError([
      { pointer: '', rule: 'syntax', detail: 'The body is no JSON', hint },
    ])
  }
}

/** Fastify keeps what a schema refuses for whoever handles the request. */
export function watchSchemas(app: FastifyInstance, { onWatched }: WatchingOptions): void {
  app.addHook('onRoute', route => {
    route.attachValidation = true
  })
  app.addHook('preHandler', (request, _reply, next) => {
    const { validationError } = request
    if (validationError instanceof ValidationError) onWatched?.(validationError, request)
    next()
  })
}
