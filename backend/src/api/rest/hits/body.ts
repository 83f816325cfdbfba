/** Of what is kept as text, more is copied than referred to when it is sent. */
const TEXT_LENGTH_MAX = 16_384

let bodies = 0

/** What is sent of an answer that is kept: made once for all who get it. */
export class Body {
  /** No other body has it: what was remembered of one is of no use for another. */
  readonly stamp = ++bodies
  readonly source: string | Buffer | null
  #bytes: string | Buffer | null | undefined

  constructor(source: string | Buffer | null) {
    this.source = source
  }

  /**
   * As it is handed to Node: a short text of ASCII, which leaves together with the headers and is not kept a second time, or
   * bytes. Null: nothing.
   */
  get bytes(): string | Buffer | null {
    if (this.#bytes === undefined) this.#bytes = bytesOf(this.source)
    return this.#bytes
  }
}

function bytesOf(source: string | Buffer | null): string | Buffer | null {
  if (typeof source !== 'string') return source
  const isShort = source.length <= TEXT_LENGTH_MAX
  return isShort && Buffer.byteLength(source) === source.length ? source : Buffer.from(source)
}
