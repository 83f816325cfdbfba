import pino from 'pino'
import type { LogLevel } from './options.ts'

/** One thing worth a line. */
export interface LogEntry {
  readonly level: Exclude<LogLevel, 'silent'>
  readonly message: string
  /** Facts beside the message. Never a secret, never a stored value. */
  readonly fields?: Readonly<Record<string, string | number | boolean | undefined>>
  /** Facts in the shape of somebody else's schema: they stand in the line of JSON as they are. */
  readonly document?: object
  /** Its message is told; its stack at level `debug` only. */
  readonly error?: unknown
}

/** Writes entries down. It never throws and never waits. */
export type Log = (entry: LogEntry) => void

export interface LogTarget {
  write(text: string): unknown
}

export interface LogStyle {
  readonly level: LogLevel
  readonly format: 'json' | 'text'
}

/** A log that writes JSON through pino, or short lines for a person. */
export function createLog(style: LogStyle, target: LogTarget): Log {
  return style.format === 'json' ? jsonLog(style.level, target) : textLog(style.level, target)
}

function jsonLog(level: LogLevel, target: LogTarget): Log {
  const logger = pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
    },
    { write: (line: string) => void target.write(line) },
  )
  const detailed = level === 'debug'
  return ({ level: at, message, fields, document, error }) => {
    const facts = error === undefined ? fields : { ...fields, ...errorFields(error, detailed) }
    logger[at](document === undefined ? (facts ?? {}) : { ...document, ...facts }, message)
  }
}

function errorFields(error: unknown, detailed: boolean): Record<string, string | undefined> {
  if (!(error instanceof Error)) return { error: String(error) }
  const code = 'code' in error ? String(error.code) : undefined
  return { error: error.message, code, ...(detailed && { stack: error.stack }) }
}

const WEIGHTS: Readonly<Record<LogLevel, number>> = {
  silent: 0,
  error: 1,
  warn: 2,
  info: 3,
  debug: 4,
}

const MARKS: Readonly<Record<LogEntry['level'], string>> = {
  error: 'error ',
  warn: 'warning ',
  info: '',
  debug: '',
}

function textLog(level: LogLevel, target: LogTarget): Log {
  return ({ level: at, message, fields = {}, error }) => {
    if (WEIGHTS[at] > WEIGHTS[level]) return
    const time = new Date().toTimeString().slice(0, 8)
    const facts = Object.entries({
      ...fields,
      ...(error !== undefined && errorFields(error, level === 'debug')),
    })
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => ` ${name}=${String(value)}`)
    target.write(`${time} ${MARKS[at]}${message}${facts.join('')}\n`)
  }
}
