import { UnsupportedMethodError } from '../../http/index.ts'
import type { RestInput } from '../input.ts'
import type { RestResponse } from '../response.ts'
import type { RestServices } from '../services.ts'

/** Writes to a relation. */
export async function write(input: RestInput, _services: RestServices): Promise<RestResponse> {
  throw new UnsupportedMethodError(input.method, 'OPTIONS, GET, HEAD')
}
