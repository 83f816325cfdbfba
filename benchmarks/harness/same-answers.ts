import { isDeepStrictEqual } from 'node:util'

/**
 * Whether two JSON answers say the same. Drivers and databases write some values differently, and a comparison of
 * speed may not depend on that: numbers as text (numeric, bigint), and moments or days in ISO 8601 with any offset.
 */
export function saySame(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(plain(one), plain(other))
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]))
  }
  return typeof value === 'string' ? plainText(value) : value
}

function plainText(text: string): unknown {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text)
  if (/^\d{4}-\d{2}-\d{2}([T ][\d:.]+(Z|[+-]\d{2}(:?\d{2})?)?)?$/.test(text))
    return Date.parse(text)
  return text
}
