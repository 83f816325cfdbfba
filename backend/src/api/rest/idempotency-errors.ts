import { STierError } from '../../base/index.ts'

/** An `Idempotency-Key` that is none. */
export class MalformedKeyError extends STierError {
  readonly code = 'ST140'
  readonly status = 400

  constructor(details: string) {
    super('The Idempotency-Key header cannot be read', {
      details,
      hint: 'Send one key, such as a UUID, in quotes or without.',
    })
  }
}

/** Callers without a subject may be many, with one name: what keeps their answers apart is the key alone. */
export class GuessableKeyError extends STierError {
  readonly code = 'ST141'
  readonly status = 400

  constructor(bytesMin: number) {
    super('The Idempotency-Key is too short for a caller without a subject', {
      details: `Without the claim 'sub' a key has at least ${bytesMin} characters, so that nobody guesses it`,
      hint: 'Send a random key, such as a UUID.',
    })
  }
}
