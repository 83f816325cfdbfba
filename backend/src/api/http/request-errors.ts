import { STierError } from '../../base/index.ts'

/** Thrown for a path that no API serves. The code and words are PostgREST's. */
export class UnknownPathError extends STierError {
  readonly code = 'PGRST125'
  readonly status = 404

  constructor(path: string, hint?: string) {
    super('Invalid path specified in request URL', {
      details: `Nothing is served at ${path}`,
      hint,
    })
  }
}

/** Thrown for a body of a media type that nothing here reads. The code and words are PostgREST's. */
export class ContentTypeError extends STierError {
  readonly code = 'PGRST102'
  readonly status = 400

  constructor(mediaType: string) {
    super(`Content-Type not acceptable: ${mediaType}`, {
      hint: 'Send application/json, text/csv or application/x-www-form-urlencoded.',
    })
  }
}

/** Thrown for a URL beyond `http.urlBytesMax`. */
export class UrlTooLongError extends STierError {
  readonly code = 'ST104'
  readonly status = 414

  constructor(bytes: number, bytesMax: number) {
    super(`The URL is ${bytes} bytes long, this server accepts ${bytesMax}`, {
      hint: 'Send long filters in smaller portions, or raise http.urlBytesMax.',
    })
  }
}

/** Thrown for an HTTP method that the path does not have. The code and words are PostgREST's. */
export class UnsupportedMethodError extends STierError {
  readonly code = 'PGRST117'
  readonly status = 405

  constructor(method: string, allowed?: string) {
    const headers = allowed === undefined ? {} : { allow: allowed }
    super(`Unsupported HTTP method: ${method}`, { headers })
  }
}

/** Thrown for a Host header that is not among `http.hosts` (RFC 9110, section 15.5.20). */
export class WrongHostError extends STierError {
  readonly code = 'ST107'
  readonly status = 421

  constructor() {
    super('This server does not answer for the name in the Host header', {
      hint: 'Use one of the names in http.hosts, or add this one to it.',
    })
  }
}
