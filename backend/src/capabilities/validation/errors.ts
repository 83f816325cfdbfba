import { STierError } from '../../base/index.ts'
import type { Fault } from './fault.ts'

/** What came is not taken. `faults` says where, by which rule, and what to do; the first of them is the message. */
export abstract class ValidationError extends STierError {
  /** At least one. */
  readonly faults: readonly Fault[]

  constructor(faults: readonly Fault[], headers: Readonly<Record<string, string>> = {}) {
    const [first] = faults
    super(first?.detail ?? 'The request is not valid', {
      details: first === undefined || first.pointer === '' ? undefined : `At ${first.pointer}`,
      hint: first?.hint,
      headers,
    })
    this.faults = faults
  }
}

/** The body is no JSON. */
export class BodySyntaxError extends ValidationError {
  readonly code = 'ST410'
  readonly status = 400
}

/** A limit of bodies is exceeded: depth, keys, items, strings or values. */
export class BodyLimitError extends ValidationError {
  readonly code = 'ST411'
  readonly status = 413
}

/** The body holds what is no text: bytes that are no UTF-8, NUL, half of a surrogate pair, a control character. */
export class BodyTextError extends ValidationError {
  readonly code = 'ST412'
  readonly status = 400
}

/** A key comes twice, or would reach the prototype of JavaScript's objects. */
export class BodyKeyError extends ValidationError {
  readonly code = 'ST413'
  readonly status = 400
}

/** A number has more digits than a double keeps. */
export class BodyNumberError extends ValidationError {
  readonly code = 'ST414'
  readonly status = 422
}

/** The body is encoded, or of a type, that is not read here. */
export class BodyEncodingError extends ValidationError {
  readonly code = 'ST415'
  readonly status = 415
}

/** The body becomes too large when it is decompressed. */
export class DecompressedSizeError extends ValidationError {
  readonly code = 'ST416'
  readonly status = 413
}

/** The body is not what its `Content-Encoding` says. */
export class DecompressionError extends ValidationError {
  readonly code = 'ST417'
  readonly status = 400
}

/** The path could be read in two ways. */
export class PathError extends ValidationError {
  readonly code = 'ST418'
  readonly status = 400
}

/** There are too many headers. */
export class HeaderCountError extends ValidationError {
  readonly code = 'ST419'
  readonly status = 431
}

/** The request does not have the form that the route's schema asks for: its body (422), or its URL or headers (400). */
export class SchemaError extends ValidationError {
  readonly code = 'ST420'
  readonly status: 400 | 422

  constructor(faults: readonly Fault[], status: 400 | 422 = 422) {
    super(faults)
    this.status = status
  }
}

/** A schema cannot be used: it is wrong, or has a pattern that could take very long. It stops the start. */
export class SchemaUseError extends ValidationError {
  readonly code = 'ST421'
  readonly status = 500
}

/** A text has the shape of an attack, and whoever runs the server asked to refuse those. */
export class ShapeBlockedError extends ValidationError {
  readonly code = 'ST422'
  readonly status = 400
}

/** An answer is not what was declared: too many rows, or members that nobody declared. */
export class ResponseError extends ValidationError {
  readonly code = 'ST423'
  readonly status = 500
}

/** A header that may come once comes again. */
export class RepeatedHeaderError extends ValidationError {
  readonly code = 'ST424'
  readonly status = 400
}
