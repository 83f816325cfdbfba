import type { Parameter } from '../../../base/index.ts'
import type {
  RowLimit,
  ConditionRequest,
  EmbedRequest,
  FieldRequest,
  OrderRequest,
  StarRequest,
} from '../../../query/plan/index.ts'

/** The root or an embed while filters, order and range are still being attached to it. */
export interface NodeDraft {
  select: readonly SelectDraft[]
  readonly where: ConditionRequest[]
  order: readonly OrderRequest[]
  limit: RowLimit | undefined
  offset: Parameter | undefined
}

export type EmbedDraft = NodeDraft & Omit<EmbedRequest, keyof NodeDraft>
export type SelectDraft = StarRequest | FieldRequest | EmbedDraft

const NO_ORDER: readonly OrderRequest[] = Object.freeze([])

export function createNode(select: readonly SelectDraft[]): NodeDraft {
  return { select, where: [], order: NO_ORDER, limit: undefined, offset: undefined }
}
