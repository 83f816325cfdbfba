// What may come in, and in which form: JSON texts within limits, paths and headers that mean one thing, compressed bodies that
// stay small, schemas without coercion, texts made harmless on request, and an encoder for each place that a text goes to.
export { type BodyGuard, createBodyGuard } from './body/guard.ts'
export { losesPrecision } from './body/numbers.ts'
export {
  BODY_CHECKS,
  BODY_DEFAULTS,
  type BodyOptions,
  type BodyRules,
  type Policy,
} from './body/options.ts'
export {
  BodyEncodingError,
  BodyKeyError,
  BodyLimitError,
  BodyNumberError,
  BodySyntaxError,
  BodyTextError,
  DecompressedSizeError,
  DecompressionError,
  HeaderCountError,
  PathError,
  RepeatedHeaderError,
  ResponseError,
  SchemaError,
  SchemaUseError,
  ShapeBlockedError,
  ValidationError,
} from './errors.ts'
export { type Fault, pointerStep } from './fault.ts'
export { textOf, withoutByteOrderMark } from './request/body-text.ts'
export { decompress } from './request/decompress.ts'
export {
  DECOMPRESSION_CHECKS,
  DECOMPRESSION_DEFAULTS,
  type DecompressionOptions,
  type DecompressionRules,
} from './request/decompression-options.ts'
export { checkHeaders, type HeadersOptions } from './request/headers.ts'
export { checkPath, type PathOptions } from './request/path.ts'
export { SANITIZER_KINDS, type SanitizerKind, sanitize } from './sanitize/sanitize.ts'
export { type ValidationPluginOptions, validationPlugin } from './fastify.ts'
export { whySlow } from './pattern/judge.ts'
export { type Problem, problemOf } from './problem.ts'
export { blockShapes, recognise, SHAPE_KINDS, type ShapeKind } from './recognise.ts'
export { createResponseGuard, type ResponseOptions, type Row } from './response.ts'
export {
  createSchemaCheck,
  createSchemaCompiler,
  type SchemaCheck,
  type SchemaOptions,
} from './schema/check.ts'
export type { JsonSchema } from './schema/json-schema.ts'
export {
  encodeAttribute,
  encodeCsvCell,
  encodeHeaderValue,
  encodeHtml,
  encodeLikePattern,
  encodeLogLine,
  encodeUrlComponent,
  type Sink,
  SINKS,
} from './sinks.ts'
