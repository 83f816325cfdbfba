import type { Codec } from './types.ts'

/** Values and versions as JSON: for what is the same after `JSON.parse(JSON.stringify(…))`. */
export const JSON_CODEC: Codec<never, never> = Object.freeze({
  encode: (value: unknown) => Buffer.from(JSON.stringify(value)),
  decode: (bytes: Buffer) => JSON.parse(bytes.toString()) as never,
  encodeVersion: (version: unknown) => JSON.stringify(version),
  decodeVersion: (text: string) => JSON.parse(text) as never,
})
