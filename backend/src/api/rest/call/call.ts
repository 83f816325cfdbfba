import { UnknownPathError } from '../../http/index.ts'
import type { RestInput } from '../input.ts'
import type { RestResponse } from '../response.ts'
import type { RestServices } from '../services.ts'

/** Calls a function. */
export async function call(input: RestInput, _services: RestServices): Promise<RestResponse> {
  throw new UnknownPathError(input.path)
}
