import { sql } from '../../base/index.ts'

/**
 * The role that logged in alone may call what is below, not those that requests run as. So a transaction leaves its role
 * for a moment; the pre-request function may have changed it, so what it was is remembered.
 */
export const LEAVE_ROLE = sql`select \
pg_catalog.set_config('s_tier.role', pg_catalog.current_setting('role'), true), \
pg_catalog.set_config('role', 'none', true)`

/** And takes it again. */
export const ASSUME_ROLE = sql`select \
pg_catalog.set_config('role', pg_catalog.current_setting('s_tier.role'), true)`

/** $1: key, $2: fingerprint in hex. Answers the id to keep the answer under, or refuses with one of `REFUSALS`. */
export const CLAIM = sql`select s_tier.idempotency_claim($1, $2, \
pg_catalog.current_setting('s_tier.role'), pg_catalog.current_setting('request.jwt.claims'))`

/** The same parameters. Answers one row, with null for an answer that was too large; none when it has expired since. */
export const RECALL = sql`select answer from s_tier.idempotency_recall($1, $2, \
pg_catalog.current_setting('s_tier.role'), pg_catalog.current_setting('request.jwt.claims'))`

/** $1: id, $2: fingerprint in hex, $3: answer or null, $4: for how many milliseconds. Refuses with `inUse`. */
export const KEEP = sql`select s_tier.idempotency_keep($1, $2, $3, $4)`

/** Removes a few answers that have expired. */
export const SWEEP = sql`select s_tier.idempotency_sweep()`

/** For the owner: how many answers are kept, and the bytes of the table with its index. */
export const STATISTICS = sql`select count(*) as answers, \
pg_catalog.pg_total_relation_size('s_tier.idempotency_keys') as bytes from s_tier.idempotency_keys`

/** The SQLSTATE of each refusal. */
export const REFUSALS = Object.freeze({
  /** Another transaction has claimed the key. */
  inUse: 'STK01',
  /** It was kept for a request with another fingerprint. */
  otherRequest: 'STK02',
  /** It was kept for this very request. */
  known: 'STK03',
})
