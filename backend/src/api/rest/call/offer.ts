import type { Catalog, MediaHandler, Routine } from '../../../query/catalog/index.ts'
import type { DatabaseRules } from '../../../query/executor/index.ts'
import type { SelectRequest } from '../../../query/plan/index.ts'
import { offerOf } from '../offer.ts'
import type { MediaOffer } from '../parse/index.ts'

/**
 * The media types that can be made of a function's result. One text, XML document or bytes are given as they are, if that
 * is asked for; PostgREST does the same up to version 11, and since then for domains named like a media type.
 */
export function offerOfCall(
  catalog: Catalog,
  rules: DatabaseRules,
  routine: Routine,
  select: readonly SelectRequest[],
): MediaOffer {
  const offer = offerOf(catalog, rules, { routine, select })
  const plain = plainHandlerOf(routine)
  const isWhole = select.length === 1 && select[0]?.kind === 'star'
  if (plain === undefined || !isWhole) return offer
  return {
    ...offer,
    handlers: {
      own: new Map([[plain.mediaType, plain]]),
      anything: offer.handlers?.anything ?? NONE,
    },
  }
}

const NONE: ReadonlyMap<string, MediaHandler> = new Map()

/** By PostgreSQL's own oids, the same in every database. Source: pg_type.dat. */
const PLAIN_TYPES: ReadonlyMap<number, string> = new Map([
  [17, 'application/octet-stream'], // bytea
  [25, 'text/plain'], // text
  [142, 'text/xml'], // xml
  [1043, 'text/plain'], // varchar
])

function plainHandlerOf({ schema, name, returns }: Routine): MediaHandler | undefined {
  const mediaType = PLAIN_TYPES.get(returns.type.oid)
  if (returns.set || returns.kind !== 'scalar' || mediaType === undefined) return undefined
  const bytes = mediaType === 'application/octet-stream'
  return { mediaType, function: { schema, name }, aggregate: false, relation: null, bytes }
}
