// Answers kept under a caller's Idempotency-Key in the schema `s_tier`: its tables and functions, and the statements that
// a transaction calls them by. docs/decisions/idempotency-keys.md says who may do what with them, and why.
export { IDEMPOTENCY_PART } from './part.ts'
export {
  ASSUME_ROLE,
  CLAIM,
  KEEP,
  LEAVE_ROLE,
  RECALL,
  REFUSALS,
  STATISTICS,
  SWEEP,
} from './statements.ts'
