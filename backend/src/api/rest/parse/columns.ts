import { COMMA } from './characters.ts'
import { scanName } from './names.ts'
import { Scanner } from './scanner.ts'

/** `a,b,"a column"`, each name once: the value of `columns=` and `on_conflict=`. */
export function parseColumns(parameter: 'columns' | 'on_conflict', text: string): string[] {
  const scanner = new Scanner(text, `${parameter} parameter`)
  const names = new Set<string>()
  do {
    scanner.skipSpaces()
    names.add(scanName(scanner))
    scanner.skipSpaces()
  } while (scanner.take(COMMA))
  scanner.expectEnd('letter, digit, "-", "," or end of input')
  return [...names]
}
