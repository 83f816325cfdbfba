import { isObject, jsonOf, type option } from '../../../base/index.ts'
import {
  SANITIZER_KINDS,
  type SanitizerKind,
  sanitize,
} from '../../../capabilities/validation/index.ts'
import type { JsonText } from './json-text.ts'
import { scanRows } from './scan-rows.ts'

/** By `schema.table.column`: what its texts are made harmless as. */
export type SanitizedColumns = Readonly<Record<string, SanitizerKind>>

/** An object; as text its JSON. */
export const SANITIZE_CHECK: option.Check<SanitizedColumns> = Object.freeze({
  expects: `an object such as {"public.posts.body": "html"}, each column one of ${SANITIZER_KINDS.join(', ')}`,
  read: (value: unknown) => {
    const columns = jsonOf(value)
    return isColumns(columns) ? Object.freeze({ ...columns }) : undefined
  },
  isSwitch: false,
  isSecret: false,
})

function isColumns(value: unknown): value is SanitizedColumns {
  if (!isObject(value)) return false
  return Object.entries(value).every(
    ([name, kind]) =>
      name.split('.').length >= 3 && SANITIZER_KINDS.includes(kind as SanitizerKind),
  )
}

/** The columns of a relation whose texts are sanitized; undefined: none. */
export function sanitizedIn(
  columns: SanitizedColumns,
  schema: string,
  relation: string,
): ReadonlyMap<string, SanitizerKind> | undefined {
  const prefix = `${schema}.${relation}.`
  const own = Object.entries(columns).filter(([name]) => name.startsWith(prefix))
  if (own.length === 0) return undefined
  return new Map(own.map(([name, kind]) => [name.slice(prefix.length), kind]))
}

/** The text of rows with the strings of these columns made harmless. Every other character stays; a text that is no rows stays. */
export function sanitizeRows(text: string, columns: ReadonlyMap<string, SanitizerKind>): string {
  const pieces: string[] = []
  const kinds: (SanitizerKind | undefined)[] = []
  let end = 0
  const sink = {
    key: (index: number, name: string) => void (kinds[index] = columns.get(name)),
    value(index: number, _row: number, json: JsonText) {
      const kind = kinds[index]
      if (kind === undefined || json.kind !== 'string') return
      const before = json.valueText()
      const after = sanitize(kind, before)
      if (after === before) return
      pieces.push(text.slice(end, json.start), JSON.stringify(after))
      end = json.end
    },
    rowEnd: () => undefined,
  }
  const scanned = scanRows(text, sink, [...columns.keys()])
  return scanned === undefined || pieces.length === 0 ? text : pieces.join('') + text.slice(end)
}
