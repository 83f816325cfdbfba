/** What makes a request one that may be sent again. */
export interface Idempotency {
  /** As the caller chose it. It is the caller's own: another role or other claims never meet it. */
  readonly key: string
  /** SHA-256 of all that makes the request this one, in hexadecimal digits. */
  readonly fingerprint: string
  /** How long the answer is kept, in milliseconds. */
  readonly keepMs: number
  /** Largest answer that is kept, in bytes. Of a larger one only that there was one. */
  readonly answerBytesMax: number
}
