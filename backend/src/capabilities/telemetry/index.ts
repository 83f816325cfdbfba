// What a running server tells its operators. Today: log lines, as JSON or for a person.
export { createLog, type Log, type LogEntry, type LogStyle, type LogTarget } from './log.ts'
export {
  LOG_CHECKS,
  LOG_DEFAULTS,
  type LogLevel,
  type LogOptions,
  type LogRules,
} from './options.ts'
