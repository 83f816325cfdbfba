// What of a read may be kept, under which key, and which changes make it old: cacheable unless proven otherwise, and nothing is
// taken for proven that is not understood.
export { cacheabilityOf } from './cacheability.ts'
export { changeOf, rowKey, tagOf, valuesAt } from './change.ts'
export { Claims, type ClaimsRead } from './claims.ts'
export type { KeyContext } from './key.ts'
export {
  includes,
  including,
  parseSnapshot,
  type Snapshot,
  SNAPSHOT_COHERENCE,
} from './snapshot.ts'
export type {
  Asked,
  Cacheability,
  Cacheable,
  NotCacheable,
  Reason,
  ReasonCode,
  RowChange,
} from './types.ts'
