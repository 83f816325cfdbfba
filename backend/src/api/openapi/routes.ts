import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Catalog } from '../../query/catalog/index.ts'
import { SchemaNotExposedError } from '../../query/plan/index.ts'
import { headerBytes, headerText, type IdentityService, isKnownTo } from '../http/index.ts'
import type { Describer } from './describer.ts'

/** What the documents need of the rest of the server. */
export interface OpenApiServices {
  /** The snapshot of this moment. */
  readonly catalog: () => Catalog
  readonly identity: IdentityService
  readonly describer: Describer
}

/** Where the document of OpenAPI 3.1 is. */
export const OPENAPI_PATH = '/openapi.json'

/**
 * Serves the document of OpenAPI 3.1, for the role of the caller and the schema that `Accept-Profile` chooses. It may be
 * kept, but is to be asked for again each time: an unchanged one answers 304.
 */
export function registerOpenApi(app: FastifyInstance, current: () => OpenApiServices): void {
  const config = { guard: { needsCaller: true } }
  app.get(OPENAPI_PATH, { config }, (request, reply) => serve(request, reply, current()))
}

async function serve(
  request: FastifyRequest,
  reply: FastifyReply,
  { catalog, identity, describer }: OpenApiServices,
): Promise<FastifyReply> {
  const caller = request.identity ?? (await identity.identify(request.headers))
  request.identity = caller
  const snapshot = catalog()
  const schema = schemaOf(request, snapshot)
  const { body, etag } = describer.openApi({ catalog: snapshot, role: caller.role, schema })
  const vary = reply.getHeader('vary')
  void reply.headers({
    etag,
    'cache-control': 'private, no-cache',
    vary: [vary ?? [], 'Authorization, Accept-Profile'].flat().join(', '),
    ...(snapshot.schemas.length > 1 && { 'content-profile': headerBytes(schema) }),
  })
  if (isKnownTo(request.headers['if-none-match'], etag)) return reply.code(304).send()
  return reply.type('application/json; charset=utf-8').send(body)
}

/** Throws PGRST106 for a schema that is not served. */
function schemaOf({ headers }: FastifyRequest, { schemas }: Catalog): string {
  const header = headers['accept-profile']
  const [first = ''] = schemas
  if (header === undefined) return first
  const schema = headerText(String(header))
  if (!schemas.includes(schema)) throw new SchemaNotExposedError(schema, schemas)
  return schema
}
