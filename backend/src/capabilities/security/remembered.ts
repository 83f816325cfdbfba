/** Values that hold until a time, in a bounded number: the one that was set first goes first. */
export class Remembered<T> {
  readonly #values = new Map<string, { readonly value: T; readonly untilMs: number }>()

  readonly #entriesMax: number

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax
  }

  get(key: string, nowMs: number): T | undefined {
    const found = this.#values.get(key)
    return found !== undefined && found.untilMs > nowMs ? found.value : undefined
  }

  set(key: string, value: T, untilMs: number): void {
    this.#values.delete(key)
    if (this.#values.size >= this.#entriesMax) {
      for (const first of this.#values.keys()) {
        this.#values.delete(first)
        break
      }
    }
    this.#values.set(key, { value, untilMs })
  }

  delete(key: string): void {
    this.#values.delete(key)
  }
}
