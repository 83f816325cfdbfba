import { InvalidBodyError } from '../errors.ts'

/** CSV text, taken apart. A field is null where it is the word NULL without quotes. */
export interface CsvRows {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
}

const INVALID_CSV = 'Empty or invalid csv'

/**
 * Reads CSV (RFC 4180) with a header line. Lines end with CR, LF or both; empty ones are left out; a field in quotes holds
 * any character, quotes doubled. Throws PGRST102 for text that is no such thing and for lines of unequal length.
 */
export function readCsv(text: string): CsvRows {
  const [header, ...rows] = readLines(text)
  if (header === undefined)
    throw new InvalidBodyError(INVALID_CSV, { details: 'There is no header line.' })
  const columns = header.map(name => name ?? 'NULL')
  if (new Set(columns).size < columns.length) {
    throw new InvalidBodyError(INVALID_CSV, { details: 'A column comes twice in the header line.' })
  }
  const uneven = rows.findIndex(row => row.length !== columns.length)
  if (uneven >= 0) {
    const fields = rows[uneven]?.length
    throw new InvalidBodyError('All lines must have same number of fields', {
      details: `The header has ${columns.length} fields, row ${uneven + 1} below it has ${fields}.`,
    })
  }
  return { columns, rows }
}

/** The rows as the text of a JSON array of objects, every value a string or null. */
export function csvToJson({ columns, rows }: CsvRows): string {
  const keys = columns.map(name => `${JSON.stringify(name)}:`)
  const objects = rows.map(
    row => `{${row.map((field, index) => (keys[index] ?? '') + JSON.stringify(field)).join(',')}}`,
  )
  return `[${objects.join(',')}]`
}

type Field = string | null

function readLines(text: string): Field[][] {
  const lines: Field[][] = []
  let line: Field[] = []
  for (let position = 0; position < text.length; ) {
    const { field, end } = text[position] === '"' ? quoted(text, position) : plain(text, position)
    line.push(field)
    position = end + 1
    if (text[end] === ',') {
      if (position === text.length) line.push('')
      else continue
    }
    if (text[end] === '\r' && text[position] === '\n') position++
    if (!isEmpty(line)) lines.push(line)
    line = []
  }
  return lines
}

function isEmpty(line: readonly Field[]): boolean {
  return line.length === 1 && line[0] === ''
}

/** A field and the place of what ends it: a comma, the end of the line or of the text. */
interface FoundField {
  readonly field: Field
  readonly end: number
}

const COMMA = 0x2c
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const QUOTE = 0x22

/** Character by character: a body may be millions of short fields, and each search would cost more than its field. */
function plain(text: string, start: number): FoundField {
  let end = start
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (code === COMMA || code === LINE_FEED || code === CARRIAGE_RETURN) break
    if (code === QUOTE)
      throw new InvalidBodyError(INVALID_CSV, { details: 'A quote stands in a plain field.' })
  }
  const field = text.slice(start, end)
  return { field: field === 'NULL' ? null : field, end }
}

function quoted(text: string, start: number): FoundField {
  let end = text.indexOf('"', start + 1)
  while (end >= 0 && text[end + 1] === '"') end = text.indexOf('"', end + 2)
  const after = text[end + 1] ?? '\n'
  if (end < 0 || !/[,\r\n]/.test(after)) {
    throw new InvalidBodyError(INVALID_CSV, {
      details: 'A quoted field does not end where it has to.',
    })
  }
  return { field: text.slice(start + 1, end).replaceAll('""', '"'), end: end + 1 }
}
