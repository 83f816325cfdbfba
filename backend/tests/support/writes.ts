import { parameter } from '../../src/base/index.ts'
import type { WriteRequest } from '../../src/query/plan/index.ts'

/** A write in few words, for tests that begin behind the parser: an insert of one object that is parameter 9. */
export function write(relation: string, parts: Partial<WriteRequest> = {}): WriteRequest {
  return {
    schema: 'public',
    relation,
    action: 'insert',
    columns: [],
    body: parts.action === 'delete' ? undefined : { value: parameter(9), isArray: false },
    missing: 'null',
    conflict: undefined,
    where: [],
    returning: 'nothing',
    select: [],
    order: [],
    ...parts,
  }
}
