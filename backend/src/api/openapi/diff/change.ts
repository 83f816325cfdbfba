/** One difference between two documents that a client could notice. */
export interface Change {
  /** A client that was written for the old document may fail with the new one. */
  readonly breaking: boolean
  /** `GET /products`, `schema ProductsRow`. */
  readonly at: string
  /** Inside of that: `answer 200, price`; empty for the whole. */
  readonly place: string
  /** What is different, in words. */
  readonly message: string
}

/** Which way a value goes: clients send requests and read responses, so what breaks them is opposite. */
export type Direction = 'request' | 'response'

/** Where in the documents a comparison stands. */
export interface Place {
  readonly at: string
  readonly steps: readonly string[]
}

export function within({ at, steps }: Place, step: string): Place {
  return { at, steps: [...steps, step] }
}

export function breaking({ at, steps }: Place, message: string): Change {
  return { breaking: true, at, place: steps.join(', '), message }
}

export function harmless({ at, steps }: Place, message: string): Change {
  return { breaking: false, at, place: steps.join(', '), message }
}

/** Breaking in one direction, harmless in the other. */
export function breakingIf(isBreaking: boolean, place: Place, message: string): Change {
  return isBreaking ? breaking(place, message) : harmless(place, message)
}
