import type { JournalAccess } from '../../../capabilities/events/index.ts'
import type { Hearing } from './hearing.ts'

export const NO_DATABASE = 'There is no database to follow'

/** Why there is nothing to follow, and what a person can do about it. */
export function accessReason(access: Exclude<JournalAccess, 'ready'>, login = '<role>'): string {
  switch (access) {
    case 'missing':
      return `There is no journal: s-tier journal enable postgres://… --all --for ${login}`
    case 'outdated':
      return `The journal is of an older version: s-tier journal enable postgres://… --for ${login}`
    case 'forbidden':
      return `This login may not read the journal: s-tier journal enable postgres://… --for ${login}`
  }
}

/** Why nothing is taken for current although there is a journal. */
export function silenceReason({ stall, error }: Hearing): string {
  if (stall !== undefined) {
    const { processId } = stall
    const who = processId === undefined ? 'a prepared transaction' : `process ${processId}`
    return `Changes are held up by ${who}, which has written and not ended`
  }
  return error === undefined
    ? 'The journal has not been heard for too long'
    : failureReason('The journal cannot be read', error)
}

export function failureReason(what: string, error: unknown): string {
  return `${what}: ${error instanceof Error ? error.message : String(error)}`
}
