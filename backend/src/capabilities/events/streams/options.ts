import { option } from '../../../base/index.ts'

export interface StreamsOptions {
  /** Largest event, data and metadata as JSON together, in bytes. Default 1_048_576. */
  eventBytesMax?: number
  /** Most events in one append. Default 1_000. */
  appendEventsMax?: number
  /** Largest append, in bytes. Default 16_777_216. */
  appendBytesMax?: number
  /** Appends to one stream that may wait in this process are sent together, up to so many. 1: one by one. Default 64. */
  groupAppendsMax?: number
  /** Most events that one read answers. Default 10_000. */
  readEventsMax?: number
  /** A read ends with the event that brings it to so many bytes. Default 16_777_216. */
  readBytesMax?: number
}
export type StreamsRules = Readonly<Required<StreamsOptions>>
export const STREAMS_DEFAULTS: StreamsRules = Object.freeze({
  eventBytesMax: 1_048_576,
  appendEventsMax: 1_000,
  appendBytesMax: 16_777_216,
  groupAppendsMax: 64,
  readEventsMax: 10_000,
  readBytesMax: 16_777_216,
})
export const STREAMS_CHECKS: option.Checks<StreamsOptions> = Object.freeze({
  eventBytesMax: option.integer({ min: 1_000, max: 200_000_000 }),
  appendEventsMax: option.integer({ min: 1, max: 1_000_000 }),
  appendBytesMax: option.integer({ min: 1_000, max: 200_000_000 }),
  groupAppendsMax: option.integer({ min: 1, max: 1_000 }),
  readEventsMax: option.integer({ min: 1, max: 1_000_000 }),
  readBytesMax: option.integer({ min: 1_000, max: 500_000_000 }),
})
