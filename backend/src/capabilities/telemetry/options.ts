import { option } from '../../base/index.ts'

/** How much the log tells, least first. */
export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface LogOptions {
  /**
   * `silent` nothing, `error` what failed, `warn` also what is degraded, `info` also starts, stops and reloads, `debug`
   * also details and stack traces. Default `info`.
   */
  level?: LogLevel
  /** `json` one object a line, `text` a short line to read, `auto` text on a terminal and JSON otherwise. Default `auto`. */
  format?: 'auto' | 'json' | 'text'
  /** Tell the SQL of every request, without its values, whatever the level (but `silent`). Default false. */
  queries?: boolean
}
export type LogRules = Readonly<Required<LogOptions>>
export const LOG_DEFAULTS: LogRules = Object.freeze({
  level: 'info',
  format: 'auto',
  queries: false,
})
export const LOG_CHECKS: option.Checks<LogOptions> = Object.freeze({
  level: option.oneOf(...LOG_LEVELS),
  format: option.oneOf('auto', 'json', 'text'),
  queries: option.flag(),
})
