import type { Clock } from '../../base/index.ts'

/** What has been counted, by route, the most asked for first. */
interface Counted {
  readonly routes: readonly {
    readonly route: string
    readonly asked: number
    readonly rules: readonly {
      readonly rule: string
      readonly code: string
      readonly refused: number
      readonly watched: number
    }[]
  }[]
  readonly unknown: readonly {
    readonly route: string
    readonly asked: number
    readonly code: string
    readonly lastAtMs: number
  }[]
}

/** `/metrics/validation`. Moments are in milliseconds since 1970. */
export interface ValidationReport extends Counted {
  readonly at: number
  readonly isEnabled: boolean
  readonly mode: 'enforce' | 'monitor'
  /** What watched rules would have done, and what is asked for in vain, in words. */
  readonly advice: readonly string[]
}

/** What was asked for so often in vain is worth a word. */
const UNKNOWN_MIN = 10
const ADVICE_MAX = 50

export function validationReport(
  counted: Counted,
  { enabled, mode }: { readonly enabled: boolean; readonly mode: 'enforce' | 'monitor' },
  clock: Clock,
): ValidationReport {
  const advice = [...adviceOfRules(counted), ...adviceOfUnknown(counted)].slice(0, ADVICE_MAX)
  return { at: clock.epochMs(), isEnabled: enabled, mode, ...counted, advice }
}

function adviceOfRules({ routes }: Counted): readonly string[] {
  return routes.flatMap(({ route, asked, rules }) =>
    rules
      .filter(({ watched }) => watched > 0)
      .map(
        ({ rule, watched }) =>
          `'${rule}' would have refused ${watched} of ${asked} requests for ${route}.`,
      ),
  )
}

function adviceOfUnknown({ unknown }: Counted): readonly string[] {
  return unknown
    .filter(({ asked }) => asked >= UNKNOWN_MIN)
    .map(({ route, asked }) => `${route} was asked for ${asked} times and is not there.`)
}
