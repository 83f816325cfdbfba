import type { JOURNAL_PART } from './part.ts'
import type { Session } from './session.ts'

/** What makes and removes parts of the schema `s_tier`: all that `s-tier/schema` exports fits. */
export interface SchemaParts {
  enablePart(
    session: Session,
    part: typeof JOURNAL_PART,
    logins: readonly string[],
  ): Promise<{ readonly from: number; readonly to: number; readonly users: readonly string[] }>
  disablePart(
    session: Session,
    part: typeof JOURNAL_PART,
  ): Promise<{ readonly from: number; readonly schema: 'dropped' | 'kept' | 'absent' }>
  partStatus(
    session: Session,
    part: Pick<typeof JOURNAL_PART, 'name'>,
  ): Promise<{ readonly version: number; readonly users: readonly string[] }>
}
