import { STierError } from '../../../base/index.ts'

/** What arrived is not what PostgreSQL's manual says of its log. */
export class LogFormatError extends STierError {
  readonly code = 'ST638'
  readonly status = 500

  constructor(details: string) {
    super('The write-ahead log cannot be understood', {
      details,
      hint: 'Is this a PostgreSQL of version 10 or later, and the slot of the plugin pgoutput?',
    })
  }
}

/** A setting of the server does not allow to read its log, or not safely. */
export class LogSettingError extends STierError {
  readonly code = 'ST632'
  readonly status = 500
}

/** There is no such slot: it was never made, or was dropped, or stayed behind on another server at a failover. */
export class SlotMissingError extends STierError {
  readonly code = 'ST633'
  readonly status = 500

  constructor(slot: string) {
    super(`There is no replication slot '${slot}'`, {
      hint: 'Make it with createSlot; what was written before that cannot be read any more.',
    })
  }
}

/** Another process reads the slot, and only one can. */
export class SlotInUseError extends STierError {
  readonly code = 'ST634'
  readonly status = 503
  readonly processId: number

  constructor(slot: string, processId: number) {
    super(`The replication slot '${slot}' is in use by process ${processId}`, {
      hint: `Give each reader a slot of its own, or end that one: select pg_terminate_backend(${processId})`,
    })
    this.processId = processId
  }
}

/** The server has thrown away what the slot had still to read. */
export class SlotLostError extends STierError {
  readonly code = 'ST635'
  readonly status = 500

  constructor(slot: string, reason: string) {
    super(`The replication slot '${slot}' is lost`, {
      details: reason,
      hint: 'Drop it and make it again (dropSlot, createSlot); what was written in between cannot be read any more.',
    })
  }
}

/** The publication is missing, or would stop writes to a table. */
export class PublicationError extends STierError {
  readonly code = 'ST636'
  readonly status = 500
}

/** The slot is not one that this source can read. */
export class SlotKindError extends STierError {
  readonly code = 'ST637'
  readonly status = 500

  constructor(slot: string, details: string) {
    super(`The replication slot '${slot}' cannot be read here`, {
      details,
      hint: 'Use a slot that createSlot has made in this database.',
    })
  }
}

/** Reading was asked for after the source was closed. */
export class SourceClosedError extends STierError {
  readonly code = 'ST639'
  readonly status = 500

  constructor() {
    super('This source of the journal is closed', { hint: 'Stop its readers before closing it.' })
  }
}
