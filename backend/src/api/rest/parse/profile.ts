import { assert } from '../../../base/index.ts'
import { SchemaNotExposedError } from '../../../query/plan/index.ts'

export interface ProfileHeaders {
  readonly acceptProfile?: string | undefined
  readonly contentProfile?: string | undefined
}

export interface Profile {
  readonly schema: string
  /** The answer names its schema in `Content-Profile`: one was asked for, or there are several to choose from. */
  readonly negotiated: boolean
}

/**
 * The schema of a request: writes and calls by POST choose with Content-Profile, everything else with Accept-Profile;
 * the first exposed schema is the default. Fails with PGRST106. PostgREST: references/api/schemas.
 */
export function parseProfile(
  method: string,
  headers: ProfileHeaders,
  schemas: readonly string[],
): Profile {
  const schema = hasContentProfile(method) ? headers.contentProfile : headers.acceptProfile
  if (schema === undefined) {
    const [first] = schemas
    assert(first !== undefined, 'at least one schema is exposed')
    return { schema: first, negotiated: schemas.length > 1 }
  }
  if (!schemas.includes(schema)) throw new SchemaNotExposedError(schema, schemas)
  return { schema, negotiated: true }
}

function hasContentProfile(method: string): boolean {
  return method === 'POST' || method === 'PATCH' || method === 'PUT' || method === 'DELETE'
}
