// What changed in tables, and what happened by the word of a program: a journal that triggers or the log fill, readers that
// miss nothing, and streams of domain events.
export {
  JournalLockError,
  JournalMissingError,
  JournalRefusedError,
  type Refusal,
} from './errors.ts'
export {
  type EnabledTable,
  enableJournal,
  type JournalEnabled,
  type JournalSetup,
} from './journal/install.ts'
export type { RetentionEvent } from './journal/events.ts'
export {
  RETENTION_CHECKS,
  RETENTION_DEFAULTS,
  type RetentionOptions,
  type RetentionRules,
} from './journal/options.ts'
export { JOURNAL_PART } from './journal/part.ts'
export type { SchemaParts } from './journal/parts.ts'
export { disableJournal, type JournalDisabled, type JournalRemoval } from './journal/remove.ts'
export {
  createRetention,
  type Maintained,
  type MaintainOptions,
  maintainJournal,
  type Retention,
  type RetentionSetup,
} from './journal/retention.ts'
export type { Session } from './journal/session.ts'
export {
  COUNT_MAX,
  type JournalStatus,
  journalStatus,
  type ReaderCheckpoint,
  type TableStatus,
} from './journal/status.ts'
export type { ExpectedVersion } from './streams/errors.ts'
export {
  EventIdUsedError,
  StreamArchivedError,
  StreamInputError,
  StreamSizeError,
  StreamsMissingError,
  StreamVersionError,
  UpcastError,
} from './streams/errors.ts'
export type { Appended, EventMetadata, NewEvent, StreamEvent } from './streams/event.ts'
export type { RandomBytes } from './streams/event-id.ts'
export type { ListAsked, StreamSummary } from './streams/list.ts'
export {
  STREAMS_CHECKS,
  STREAMS_DEFAULTS,
  type StreamsOptions,
  type StreamsRules,
} from './streams/options.ts'
export { STREAMS_PART } from './streams/part.ts'
export type { Filter as StreamFilter, StreamPage, StreamSlice } from './streams/read.ts'
export type { NewSnapshot, Snapshot, SnapshotName } from './streams/snapshots.ts'
export {
  type AppendOptions,
  createStreams,
  type ReadAllOptions,
  type ReadOptions,
  type Streams,
  type StreamsSetup,
} from './streams/streams.ts'
export type { Upcaster } from './streams/upcasters.ts'
export {
  type Checkpoint,
  type CheckpointStore,
  type Claim,
  type ClaimRequest,
  createTableCheckpoints,
} from './checkpoint.ts'
export { BEGINNING, compareCursors, formatCursor, parseCursor } from './cursor.ts'
export {
  type JournalAccess,
  journalAccess,
  type JournaledTable,
  journaledTables,
  type JournalLook,
  lookAtJournal,
} from './journaled-tables.ts'
export { OWN_EVENTS, readOwnEvents } from './own-events.ts'
export { createReader, type Reader, type ReaderSetup, type ReaderStatus } from './reader.ts'
export { type GapReason, JournalGapError, JournalTimeoutError } from './reader-errors.ts'
export type { ReaderEvent, ReaderPart } from './reader-events.ts'
export {
  READER_CHECKS,
  READER_DEFAULTS,
  type ReaderOptions,
  type ReaderRules,
} from './reader-options.ts'
export {
  createSharedReading,
  type SharedReading,
  type SharedReadingSetup,
} from './reader-sharing.ts'
export { type Ahead, readAhead } from './read-ahead.ts'
export { timed } from './reader-timed.ts'
export type { AfterGap } from './reader-turns.ts'
export { RowParser } from './row.ts'
export { createTableSource, type TableSourceSetup } from './table-source.ts'
export type {
  Cursor,
  JournalEvent,
  JournalKind,
  JournalSource,
  Placed,
  Queryable,
  Row,
  Stall,
  Waiting,
} from './types.ts'
export {
  SOURCE_CONTRACT,
  type SourceHarness,
  type SourceRequirement,
} from './testing/source-contract.ts'
export type { WalEvent } from './wal/change.ts'
export type { WalClient, WalConnection, WalSocket } from './wal/client.ts'
export {
  LogFormatError,
  LogSettingError,
  PublicationError,
  SlotInUseError,
  SlotKindError,
  SlotLostError,
  SlotMissingError,
  SourceClosedError,
} from './wal/errors.ts'
export type { WalObservation } from './wal/events.ts'
export {
  WAL_SOURCE_CHECKS,
  WAL_SOURCE_DEFAULTS,
  type WalSourceOptions,
  type WalSourceRules,
} from './wal/options.ts'
export { createPublication, dropPublication, type TableName } from './wal/publication.ts'
export { createSlot, dropSlot, type SlotState, slotStatus } from './wal/slot.ts'
export { createSlotCheckpoints } from './wal/slot-checkpoints.ts'
export {
  createWalSource,
  type WalSource,
  type WalSourceSetup,
  type WalSourceStatus,
} from './wal/source.ts'
export { WRITER_PREFIX, type Writer } from './wal/writer.ts'
