import type { Remark } from '../../http/index.ts'
import type { Judge } from './judge.ts'
import { ruleIn } from './tally.ts'

/** Longer lists are cut: they are told to people. */
const NAMES_LENGTH_MAX = 200

/** What the security monitor is told of a request beside how it ended. Mostly nothing. */
export function remarksOf({ watched, personal, personalRows }: Judge): readonly Remark[] {
  const remarks = watched.map((error): Remark => {
    return { kind: 'validation.refused', detail: `${error.code} ${ruleIn(error)}`, isWatched: true }
  })
  if (personal.length > 0) remarks.push(readingOf(personal, personalRows))
  return remarks
}

/** Somebody has read data about so many persons. */
function readingOf(personal: readonly string[], rows: number): Remark {
  return { kind: 'read.personal', name: personal.join(', ').slice(0, NAMES_LENGTH_MAX), rows }
}
