import type {
  FastifyError,
  FastifyInstance,
  FastifyPluginCallback,
  FastifyReply,
  FastifyRequest,
  RouteOptions,
} from 'fastify'
import { BodyEncodingError, SchemaError, SchemaUseError, ValidationError } from './errors.ts'
import { acceptJson, type JsonBodyOptions } from './json-body.ts'
import { problemOf } from './problem.ts'
import type { ShapeKind } from './recognise.ts'
import { checkHeaders } from './request/headers.ts'
import { checkPath } from './request/path.ts'
import { createSchemaCompiler, type SchemaCheck } from './schema/check.ts'
import { isSchema, type JsonSchema } from './schema/json-schema.ts'
import { requireTexts } from './schema/texts.ts'
import { blockShapesIn } from './shapes-in.ts'
import { judge, watchSchemas } from './watching.ts'

export interface ValidationPluginOptions extends JsonBodyOptions {
  /** Members that a route's schema does not name. Default refuse. */
  readonly unknownProperties?: 'refuse' | 'allow'
  /** Whether `multipart/form-data` comes in, for a parser that you have. Default false. */
  readonly multipart?: boolean
  /** Attacks whose shape is refused in texts of bodies and URLs. It also refuses ordinary texts. Default: none. */
  readonly block?: readonly ShapeKind[]
}

/**
 * `app.register(validationPlugin)`: bodies within limits and without tricks, compressed ones too, and the schemas of routes as
 * they are written, of JSON Schema 2020-12, with nothing changed to make a value suit.
 *
 * ```ts
 * app.post('/orders', { schema: { body: { type: 'object', properties: { … } } } }, handler)
 * ```
 *
 * What is refused is answered as `application/problem+json`. Register it before the routes.
 */
export const validationPlugin: FastifyPluginCallback<ValidationPluginOptions> = (
  app,
  options,
  done,
) => {
  const { multipart = false, block = [] } = options
  acceptJson(app, options)
  const compiled = compileSchemas(app, options)
  app.addHook('onReady', async () => {
    for (const check of compiled) check.compile() // A schema that is none stops the start.
  })
  app.addHook('onRequest', (request, _reply, next) => {
    try {
      if (options.mode === 'monitor')
        judge(options, request, () => checkRequest(request, multipart))
      else checkRequest(request, multipart)
    } catch (refused) {
      return next(refused as Error)
    }
    next()
  })
  if (options.mode === 'monitor') watchSchemas(app, options)
  if (block.length > 0) {
    app.addHook('preHandler', async request =>
      judge(options, request, () => blockShapesIn(request, block)),
    )
  }
  app.addHook('onRoute', answerProblems)
  done()
}

/** Not only for the plugins inside this one: what the package fastify-plugin does. */
Object.assign(validationPlugin, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 's-tier-validation',
})

function checkRequest({ raw, headers }: FastifyRequest, multipart: boolean): void {
  const url = raw.url ?? ''
  const query = url.indexOf('?')
  checkPath(query < 0 ? url : url.slice(0, query))
  checkHeaders(raw.rawHeaders)
  const type = headers['content-type']
  if (type === undefined || type === 'application/json' || multipart) return
  if (/^\s*multipart\//i.test(type)) {
    const detail = 'Bodies of several parts are not taken here'
    const fault = { pointer: '', rule: 'content-type', detail, hint: 'Send JSON.' }
    throw new BodyEncodingError([fault])
  }
}

/** The parts of a request whose values are texts, whatever they look like. */
const TEXTS: ReadonlySet<string> = new Set(['querystring', 'query', 'params', 'headers'])

/** Fastify asks once for each schema of each route. */
function compileSchemas(
  app: FastifyInstance,
  { unknownProperties = 'refuse' }: ValidationPluginOptions,
): readonly SchemaCheck[] {
  const compiled: SchemaCheck[] = []
  let compilers: Compilers | undefined
  app.setValidatorCompiler(({ schema, httpPart = 'body' }) => {
    compilers ??= createCompilers(app, unknownProperties)
    const isText = TEXTS.has(httpPart)
    const written = isSchema(schema) ? schema : {}
    if (isText) requireTexts(written)
    // Headers come from everywhere: that some are not in a schema says nothing.
    const check = (httpPart === 'headers' ? compilers.open : compilers.asAsked)(written)
    compiled.push(check)
    const status = isText ? 400 : 422
    return (value: unknown) => {
      const faults = check.find(value)
      return faults.length === 0 ? true : { error: new SchemaError(faults, status) }
    }
  })
  return compiled
}

type Compile = (schema: JsonSchema) => SchemaCheck

interface Compilers {
  readonly asAsked: Compile
  readonly open: Compile
}

function createCompilers(app: FastifyInstance, unknownProperties: 'refuse' | 'allow'): Compilers {
  const schemas = Object.values(app.getSchemas()).filter(isSchema)
  const plainValues = true
  const asAsked = createSchemaCompiler({ schemas, unknownProperties, plainValues })
  const open = createSchemaCompiler({ schemas, unknownProperties: 'allow', plainValues })
  return { asAsked, open }
}

/** Ours in the form of RFC 9457; any other error goes where it went before. */
function answerProblems(route: RouteOptions): void {
  const others = route.errorHandler
  route.errorHandler = function (this: FastifyInstance, error: FastifyError, request, reply) {
    if (isOurs(error)) return void refuse(reply, error)
    if (others === undefined) throw error
    return others.call(this, error, request, reply)
  }
}

function isOurs(error: unknown): error is ValidationError {
  return error instanceof ValidationError && !(error instanceof SchemaUseError)
}

function refuse(reply: FastifyReply, error: ValidationError): FastifyReply {
  return reply
    .code(error.status)
    .headers(error.headers)
    .type('application/problem+json')
    .send(JSON.stringify(problemOf(error)))
}
