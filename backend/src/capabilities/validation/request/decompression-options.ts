import { option } from '../../../base/index.ts'

/** How large a compressed body may become. */
export interface DecompressionOptions {
  /** Bytes of a body after it was decompressed. Default 10_485_760. */
  decompressedBytesMax?: number
  /** So many times what came; up to 64 KiB are always allowed. Default 100. */
  decompressionRatioMax?: number
}
export type DecompressionRules = Readonly<Required<DecompressionOptions>>
export const DECOMPRESSION_DEFAULTS: DecompressionRules = Object.freeze({
  decompressedBytesMax: 10_485_760,
  decompressionRatioMax: 100,
})
export const DECOMPRESSION_CHECKS: option.Checks<DecompressionOptions> = Object.freeze({
  decompressedBytesMax: option.integer({ min: 1_024, max: 1_073_741_824 }),
  decompressionRatioMax: option.integer({ min: 1, max: 100_000 }),
})
