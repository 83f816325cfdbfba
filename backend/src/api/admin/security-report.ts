import type { Clock } from '../../base/index.ts'
import type {
  AlertingReport,
  SecurityReport as Noticed,
} from '../../capabilities/security/index.ts'

/** `/metrics/security`. Moments are in milliseconds since 1970; all parts are undefined where it is switched off. */
export interface SecurityReport {
  readonly at: number
  readonly isEnabled: boolean
  /** Events, rules, measures and alerts. */
  readonly noticed: Noticed | undefined
  /** The channels of alerts, and what waits for them. */
  readonly alerting: AlertingReport | undefined
  /** What should be looked at, in words. */
  readonly advice: readonly string[]
}

export interface SecurityFacts {
  readonly noticed: Noticed
  readonly alerting: AlertingReport
}

/** `facts`: undefined where it is switched off. */
export function securityReport(facts: SecurityFacts | undefined, clock: Clock): SecurityReport {
  const at = clock.epochMs()
  if (facts === undefined) {
    const advice = ['Nothing is watched: security.enabled is false.']
    return { at, isEnabled: false, noticed: undefined, alerting: undefined, advice }
  }
  return {
    at,
    isEnabled: true,
    ...facts,
    advice: [...adviceOf(facts.alerting), ...listAdvice(facts.noticed)],
  }
}

function adviceOf({ channels, spoolDirectory, lost }: AlertingReport): readonly string[] {
  const failing = channels.filter(({ isWorking }) => isWorking === false)
  const dropping = channels.filter(({ dropped }) => dropped > 0)
  const advice = [
    ...failing.map(
      ({ name, lastError }) => `Nothing reaches '${name}': ${lastError ?? 'it does not answer'}`,
    ),
    ...dropping.map(({ name, dropped }) => `${dropped} alerts for '${name}' were given up.`),
    channels.length === 0 &&
      'Alerts are lines of the log alone: name channels with security.alerts.',
    channels.length > 0 &&
      spoolDirectory === undefined &&
      'What waits to be sent is lost with the process: set security.spoolDirectory.',
    lost.records + lost.events > 0 && 'Lines could not be written: the log says why.',
  ]
  return advice.filter(line => line !== false)
}

function listAdvice({ blockLists, sharing }: Noticed): readonly string[] {
  const failing = blockLists.filter(({ lastError }) => lastError !== undefined)
  const advice = [
    ...failing.map(({ name, lastError }) => `The block list '${name}' is old: ${lastError ?? ''}`),
    sharing !== undefined &&
      sharing.refused > 0 &&
      'Redis tells of bans that none of our processes has signed: do all have the same security.secret?',
  ]
  return advice.filter(line => line !== false)
}

/** `/metrics/limits`. */
export interface LimitsReport {
  readonly at: number
  readonly isEnabled: boolean
}

/** What a limiter says of itself, with the moment. Undefined: there is none. */
export function limitsReport<T extends object>(
  limits: T | undefined,
  clock: Clock,
): LimitsReport & Partial<T> {
  return { at: clock.epochMs(), isEnabled: limits !== undefined, ...limits } as LimitsReport &
    Partial<T>
}
