import {
  LogSettingError,
  PublicationError,
  SlotInUseError,
  SlotKindError,
  SlotLostError,
  SlotMissingError,
} from './errors.ts'
import type { LogState, SlotState } from './slot.ts'

export interface Wanted {
  readonly slot: string
  readonly publication: string
  readonly isUnlimitedAllowed: boolean
  /** It may have a reader: it is only looked at. */
  readonly isBusyFine?: boolean
}

/** The slot, when it can be read, and safely. Throws ST632 to ST637. */
export function usableSlot(state: LogState, wanted: Wanted): SlotState {
  if (state.walLevel !== 'logical') throw wrongLevel(state.walLevel)
  const { slot } = state
  if (slot === undefined) throw new SlotMissingError(wanted.slot)
  if (slot.plugin !== 'pgoutput') {
    throw new SlotKindError(wanted.slot, `Its plugin is ${slot.plugin}, not pgoutput.`)
  }
  if (slot.database !== state.database) {
    throw new SlotKindError(wanted.slot, `It is of the database ${slot.database}.`)
  }
  if (slot.lostFor !== undefined) throw new SlotLostError(wanted.slot, slot.lostFor)
  if (!state.hasPublication) throw noPublication(wanted.publication)
  if (state.isUnlimited && !wanted.isUnlimitedAllowed) throw unlimited()
  if (slot.processId !== undefined && wanted.isBusyFine !== true) {
    throw new SlotInUseError(wanted.slot, slot.processId)
  }
  return slot
}

function wrongLevel(level: string): LogSettingError {
  return new LogSettingError('The server does not log what logical decoding needs', {
    details: `wal_level is ${level}`,
    hint: `Set it and start the server again: alter system set wal_level = 'logical'`,
  })
}

function unlimited(): LogSettingError {
  return new LogSettingError('A slot that nobody reads could fill the disk of this server', {
    details: 'max_slot_wal_keep_size is -1: without a limit',
    hint: `Set a limit (alter system set max_slot_wal_keep_size = '10GB'; select pg_reload_conf()), or allow it with isUnlimitedAllowed.`,
  })
}

function noPublication(publication: string): PublicationError {
  return new PublicationError(`There is no publication '${publication}'`, {
    hint: 'Make it with createPublication, before the slot.',
  })
}
