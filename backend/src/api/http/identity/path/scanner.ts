/** Reads a path from left to right. */
export class PathScanner {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  get atEnd(): boolean {
    return this.#at === this.#text.length
  }

  /** Steps over the word when it comes next. */
  take(word: string): boolean {
    if (!this.#text.startsWith(word, this.#at)) return false
    this.#at += word.length
    return true
  }

  /** Steps over what a sticky pattern matches and gives it back. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }

  /** The word must come next. */
  expect(word: string): void {
    if (!this.take(word)) throw new PathSyntaxError()
  }

  skipBlanks(): void {
    this.match(/[ \t\r\n]*/y)
  }
}

/** The text is no path. It stays inside the parsers, which answer undefined. */
export class PathSyntaxError extends Error {}

/** The parser's result, or undefined when the text is no path. */
export function parsed<T>(parse: () => T): T | undefined {
  try {
    return parse()
  } catch (error) {
    if (error instanceof PathSyntaxError || error instanceof SyntaxError) return undefined
    throw error
  }
}
