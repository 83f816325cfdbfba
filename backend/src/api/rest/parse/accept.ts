/** One media range of an Accept header: `text/*;q=0.5`. Names are in lower case. */
export interface MediaRange {
  /** `type/subtype` */
  readonly name: string
  readonly parameters: ReadonlyMap<string, string>
  /** From 0 (never) to 1. */
  readonly quality: number
}

/**
 * The ranges of an Accept header in the order of preference: by quality, then by how exactly they say what is
 * wanted, then as written. Ranges of quality 0 are left out. RFC 9110, section 12.5.1.
 */
export function parseAccept(header: string): readonly MediaRange[] {
  const ranges: MediaRange[] = []
  for (const text of splitUnquoted(header, ',')) {
    const range = parseMediaRange(text)
    if (range.name !== '' && range.quality > 0) ranges.push(range)
  }
  return ranges.sort((a, b) => b.quality - a.quality || exactnessOf(b) - exactnessOf(a))
}

/** `application/vnd.pgrst.plan+json; for="text/csv"; options=analyze|verbose` */
export function parseMediaRange(text: string): MediaRange {
  const [name = '', ...rest] = splitUnquoted(text, ';')
  const parameters = new Map<string, string>()
  for (const part of rest) {
    const equals = part.indexOf('=')
    if (equals < 0) continue
    parameters.set(part.slice(0, equals).trim().toLowerCase(), unquoted(part.slice(equals + 1)))
  }
  const quality = qualityOf(parameters.get('q'))
  parameters.delete('q')
  return { name: name.trim().toLowerCase(), parameters, quality }
}

function qualityOf(text: string | undefined): number {
  if (text === undefined) return 1
  const quality = Number(text)
  return quality >= 0 && quality <= 1 ? quality : 1
}

function exactnessOf({ name, parameters }: MediaRange): number {
  const wildcards = name === '*/*' ? 2 : name.endsWith('/*') ? 1 : 0
  return parameters.size - wildcards
}

function unquoted(text: string): string {
  const trimmed = text.trim()
  const isQuoted = trimmed.length > 1 && trimmed.startsWith('"') && trimmed.endsWith('"')
  return isQuoted ? trimmed.slice(1, -1) : trimmed
}

/** Splits at a separator that stands outside of double quotes. */
function splitUnquoted(text: string, separator: ',' | ';'): string[] {
  if (!text.includes('"')) return text.split(separator)
  const parts: string[] = []
  let start = 0
  let isInside = false
  for (let index = 0; index < text.length; index++) {
    const character = text[index]
    if (character === '"') isInside = !isInside
    if (isInside || character !== separator) continue
    parts.push(text.slice(start, index))
    start = index + 1
  }
  parts.push(text.slice(start))
  return parts
}
