import { STierError } from '../../base/index.ts'

/** A key of the answer is longer than PostgreSQL's names may be: it would cut it short without a word. */
export class NameTooLongError extends STierError {
  readonly code = 'ST130'
  readonly status = 400

  constructor(name: string, bytesMax: number) {
    const hint = `Use an alias of at most ${bytesMax} bytes.`
    super(`The name '${name}' is too long for a key of the answer`, { hint })
  }
}

/** A step into a JSON array is not a number that PostgreSQL can count to. */
export class ArrayIndexError extends STierError {
  readonly code = 'ST131'
  readonly status = 400

  constructor(index: string) {
    super(`The array index '${index}' is out of range`)
  }
}
