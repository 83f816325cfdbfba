import { sql } from '../../base/index.ts'
import { VERSION_1 } from './version-1.ts'

/** The part of the schema `s_tier` that keeps answers: enabled by `s-tier idempotency enable`. */
export const IDEMPOTENCY_PART = Object.freeze({
  name: 'idempotency',
  versions: Object.freeze([VERSION_1]),
  functions: Object.freeze([
    sql`s_tier.idempotency_claim(text, text, text, text)`,
    sql`s_tier.idempotency_recall(text, text, text, text)`,
    sql`s_tier.idempotency_keep(text, text, text, bigint)`,
    sql`s_tier.idempotency_sweep()`,
  ]),
})
