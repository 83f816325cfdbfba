import { parseSync } from 'libpg-query'

/** What the statements of harmless requests look like: their names and words, and their parse trees without any other text. */
export interface Shapes {
  /** From now on, statements like this one are known. `strangers`: words of requests that are not the server's own. */
  learn(text: string, strangers: ReadonlySet<string>): void
  /** What is wrong with a statement, or undefined: it does not parse, or it is of a shape that no harmless request has. */
  judge(text: string): string | undefined
  readonly size: number
}

const STRANGER = '#'
const NUMBERS = new Set(['ival', 'fval'])
/** Texts that never are more than a label or a constant of their own. */
const LABELS = new Set(['sval', 'aliasname'])
const PLACES = new Set(['location', 'stmt_len', 'stmt_location', 'name_location', 'type_len'])

export function createShapes(): Shapes {
  const vocabulary = new Set<string>()
  const known = new Set<string>()

  function shapeOf(text: string): string {
    return JSON.stringify(parseSync(text).stmts, (name, value: unknown) => {
      if (PLACES.has(name)) return undefined
      if (NUMBERS.has(name)) return 0
      if (name === 'ResTarget') return { ...(value as object), name: STRANGER }
      if (typeof value !== 'string') return value
      return LABELS.has(name) || !vocabulary.has(value) ? STRANGER : value
    })
  }

  return {
    learn(text, strangers) {
      for (const word of wordsOf(text)) if (!strangers.has(word)) vocabulary.add(word)
      known.add(shapeOf(text))
    },
    judge(text) {
      try {
        return known.has(shapeOf(text)) ? undefined : 'another shape'
      } catch (error) {
        return error instanceof Error ? error.message : String(error)
      }
    },
    get size() {
      return known.size
    },
  }
}

/** Every text in the tree of a statement: its names, its keys, its constants. */
function wordsOf(text: string): Set<string> {
  const words = new Set<string>()
  JSON.stringify(parseSync(text).stmts, (_, value: unknown) => {
    if (typeof value === 'string') words.add(value)
    return value
  })
  return words
}
