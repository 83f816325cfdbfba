import { STierError } from '../../../base/index.ts'

/** The key came before, with something else in the request. Draft: "Error Handling", 422. */
export class KeyReusedError extends STierError {
  readonly code = 'ST142'
  readonly status = 422

  constructor() {
    super('This Idempotency-Key was used for another request', {
      details:
        'A retry has the same method, path, query string, body, and the headers that choose the answer',
      hint: 'Send a new key with every new request.',
    })
  }
}

/** The request runs at this moment. Draft: "Error Handling", 409. */
export class KeyInUseError extends STierError {
  readonly code = 'ST143'
  readonly status = 409

  constructor() {
    super('A request with this Idempotency-Key is being carried out', {
      hint: 'Try again in 1 s, with the same key.',
      headers: { 'retry-after': '1' },
    })
  }
}

/** A key promises that the work is done once. Where that cannot be kept, the work is not begun. */
export class KeysNotEnabledError extends STierError {
  readonly code = 'ST144'
  readonly status = 400

  /** `login`: the role that needs them. */
  constructor(details: string, login: string | undefined, cause: unknown) {
    const command = `s-tier idempotency enable${login === undefined ? '' : ` --for ${login}`}`
    super('Idempotency-Key is not enabled for this database', {
      details,
      hint:
        `As the owner of the database run '${command}', send the request without the header, or have the header ` +
        'ignored with rest.idempotency=false.',
      cause,
    })
  }
}

/** The request has been carried out, but its answer was larger than what is kept. */
export class AnswerNotKeptError extends STierError {
  readonly code = 'ST145'
  readonly status = 410

  constructor(bytesMax: number) {
    super('The request of this Idempotency-Key was carried out; its answer is not kept', {
      details: `It had more than ${bytesMax} bytes, which is rest.idempotencyBytesMax`,
      hint: 'Read what it did. Prefer: return=minimal, or fewer columns in select, make an answer that is kept.',
    })
  }
}
