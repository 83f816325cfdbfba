type Environment = Readonly<Record<string, string | undefined>>

/** What a configuration file of PostgREST says. */
export interface ParameterFile {
  /** Values by the names of parameters. */
  readonly parameters: ReadonlyMap<string, string>
  /** The number of the line that each of them has, from 1. */
  readonly lines: ReadonlyMap<string, number>
}

/**
 * The text of PostgREST's configuration file: `name = value` lines, where a value is a text in quotes, a number or a
 * switch, and a text may hold `$(VARIABLE)` of the environment and `$$` for a dollar sign. Throws a SyntaxError with the
 * number of the line that is nothing of this.
 */
export function parseParameterFile(text: string, environment: Environment): ParameterFile {
  const parameters = new Map<string, string>()
  const lines = new Map<string, number>()
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(?:#|$)/.test(line)) continue
    const { name, quoted, bare } = ENTRY.exec(line)?.groups ?? {}
    if (name === undefined) throw new SyntaxError(`line ${index + 1} is not name = value`)
    const value =
      quoted === undefined ? (bare ?? '') : interpolated(unescaped(quoted), environment, index + 1)
    parameters.set(name, value)
    lines.set(name, index + 1)
  }
  return { parameters, lines }
}

const ENTRY =
  /^\s*(?<name>[A-Za-z][\w.-]*)\s*=\s*(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<bare>[\w.+-]+))\s*(?:#.*)?$/

function unescaped(text: string): string {
  return text.replace(/\\(?:u([\da-fA-F]{4})|(.))/g, (_all, code: string | undefined, char) =>
    code === undefined
      ? (ESCAPES[String(char)] ?? String(char))
      : String.fromCharCode(Number.parseInt(code, 16)),
  )
}

const ESCAPES: Readonly<Record<string, string>> = Object.freeze({ n: '\n', r: '\r', t: '\t' })

function interpolated(text: string, environment: Environment, line: number): string {
  return text.replace(/\$(?:\$|\((\w+)\))|\$/g, (found, name: string | undefined) => {
    if (found === '$$') return '$'
    if (name === undefined) throw new SyntaxError(`line ${line} has a $ that is not written as $$`)
    const value = environment[name]
    if (value === undefined) {
      throw new SyntaxError(`line ${line} wants the variable ${name}, which is not set`)
    }
    return value
  })
}
