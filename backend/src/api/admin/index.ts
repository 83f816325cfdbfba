// How the server is doing: is it alive, is it ready, and what of it is at work; and what it does when something fails on purpose.
export { type CacheFacts, type CacheReport, cacheReport } from './cache-report.ts'
export type { Guard, Reach } from './admission.ts'
export { CHAOS_PATH, type ChaosServices, registerChaos } from './chaos.ts'
export { type Check, type HealthServices, registerHealth } from './health.ts'
export { METRICS_PATHS, type MetricsServices, registerMetrics } from './metrics.ts'
export {
  type BudgetReport,
  type CircuitsReport,
  circuitsReport,
  type PoolReport,
  poolReport,
  type PoolReportPart,
} from './reports.ts'
export { registerSecurity, SECURITY_PATHS, type SecurityServices } from './security.ts'
export {
  limitsReport,
  type LimitsReport,
  type SecurityFacts,
  securityReport,
  type SecurityReport,
} from './security-report.ts'
export { validationReport, type ValidationReport } from './validation-report.ts'
