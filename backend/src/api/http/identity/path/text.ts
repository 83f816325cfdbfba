import type { PathScanner } from './scanner.ts'

/** A text in single or double quotes, with JSON's escapes and `\'`; undefined when none comes next. */
export function parseQuoted(scanner: PathScanner): string | undefined {
  const double = scanner.match(/"(?:[^"\\]|\\.)*"/sy)
  if (double !== undefined) return String(JSON.parse(double))
  const single = scanner.match(/'(?:[^'\\]|\\.)*'/sy)
  if (single === undefined) return undefined
  const inside = single.slice(1, -1).replace(/\\.|"/gs, part => REQUOTED[part] ?? part)
  return String(JSON.parse(`"${inside}"`))
}

/** Between single quotes a double one stands bare and a single one is escaped; in JSON it is the other way round. */
const REQUOTED: Readonly<Record<string, string>> = { '"': '\\"', "\\'": "'" }
