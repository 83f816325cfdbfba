import { JsonText } from './json-text.ts'

/** Is told what stands in a body while it is read. The value itself is in `json`, until the next one. */
export interface RowSink {
  /** A key that was not seen before. Its values come with this number, which counts from 0. */
  key(index: number, name: string): void
  value(index: number, row: number, json: JsonText): void
  rowEnd(row: number, has: (index: number) => boolean): void
}

/** A JSON text of rows, read to its end. */
export interface ScannedRows {
  /** The given ones, otherwise those of the first object. */
  readonly keys: readonly string[]
  readonly isArray: boolean
  /** An object has other keys than the first one: nobody may look at the rest. */
  readonly isUneven: boolean
  /** A key came twice in an object; the last value counts. */
  readonly isRepeated: boolean
  /** Somewhere stands `\u0000`, and there: the pointer's row, -1 for none. */
  readonly nulRow: number
}

const NO_SINK: RowSink = { key: () => undefined, value: () => undefined, rowEnd: () => undefined }

/**
 * Reads an object, or an array of objects, once. With `given` keys others are passed over. Undefined for a text that is no JSON,
 * and for JSON that is something else.
 */
export function scanRows(
  text: string,
  sink: RowSink = NO_SINK,
  given?: readonly string[],
): ScannedRows | undefined {
  const scan = new RowsScan(text, sink, given)
  return scan.read() ? scan : undefined
}

class RowsScan implements ScannedRows {
  isArray = false
  isUneven = false
  isRepeated = false
  nulRow = -1
  readonly #json: JsonText
  readonly #sink: RowSink
  readonly #isGiven: boolean
  readonly #names: string[] = []
  /** As they are written, with their quotes: mostly every row writes them alike. */
  readonly #written: string[] = []
  readonly #indexes = new Map<string, number>()
  /** By key: the row in which it was seen last. */
  readonly #seen: number[] = []
  #row = 0

  constructor(text: string, sink: RowSink, given: readonly string[] | undefined) {
    this.#json = new JsonText(text)
    this.#sink = sink
    this.#isGiven = given !== undefined
    for (const name of given ?? []) this.#learn(name, JSON.stringify(name))
  }

  get keys(): readonly string[] {
    return this.#names
  }

  read(): boolean {
    const json = this.#json
    json.skipSpace()
    this.isArray = json.opensArray()
    const isRead = this.isArray ? this.#readItems() : this.#readObject()
    return isRead && json.isAtEnd
  }

  #readItems(): boolean {
    const json = this.#json
    if (json.closesArray()) return true
    do {
      if (!this.#readObject()) return false
      this.#row++
    } while (!this.isUneven && json.passesComma())
    return this.isUneven ? this.#passRest() : json.closesArray()
  }

  /** Whether the rest is JSON is for somebody else to say. */
  #passRest(): boolean {
    this.#json.at = this.#json.text.length
    return true
  }

  #readObject(): boolean {
    const json = this.#json
    if (!json.opensObject()) return false
    const count = json.closesObject() ? 0 : this.#readMembers()
    if (count < 0) return false
    if (json.nulAt >= 0 && this.nulRow < 0) this.nulRow = this.#row
    if (!this.#isGiven && count !== this.#names.length) this.isUneven = true
    else this.#sink.rowEnd(this.#row, this.#has)
    return true
  }

  readonly #has = (index: number): boolean => this.#seen[index] === this.#row

  /** How many different keys there were; -1: this is no JSON. */
  #readMembers(): number {
    const json = this.#json
    let expected = 0
    let count = 0
    do {
      const index = this.#readKey(expected)
      if (index === NO_JSON || !json.passesColon() || !json.readValue()) return NO_JSON
      if (index === IGNORED) continue
      if (this.#seen[index] === this.#row) this.isRepeated = true
      else count++
      this.#seen[index] = this.#row
      this.#sink.value(index, this.#row, json)
      expected = index + 1
    } while (json.passesComma())
    return json.closesObject() ? count : NO_JSON
  }

  #readKey(expected: number): number {
    const json = this.#json
    const written = this.#written[expected]
    if (written !== undefined && json.text.startsWith(written, json.at)) {
      json.at += written.length
      json.skipSpace()
      return expected
    }
    if (!json.readString()) return NO_JSON
    const name = json.valueText()
    const known = this.#indexes.get(name)
    const index = known ?? this.#newKey(name, json.text.slice(json.start, json.end))
    json.skipSpace()
    return index
  }

  #newKey(name: string, written: string): number {
    if (this.#isGiven) return IGNORED
    if (this.#row === 0) return this.#learn(name, written)
    this.isUneven = true
    return IGNORED
  }

  #learn(name: string, written: string): number {
    const index = this.#names.push(name) - 1
    this.#written.push(written)
    this.#indexes.set(name, index)
    this.#seen.push(-1)
    this.#sink.key(index, name)
    return index
  }
}

const NO_JSON = -1
const IGNORED = -2
