import type { OrderRequest } from '../../../query/plan/index.ts'
import { CLOSE, COMMA, DOT, OPEN } from './characters.ts'
import type { Draft } from './draft.ts'
import { scanField, scanJsonPath, scanName } from './names.ts'
import { Scanner } from './scanner.ts'

type Direction = OrderRequest['direction']
type Nulls = OrderRequest['nulls']

const ANY_WORD = '"asc", "desc", "nullsfirst" or "nullslast"'
const NULLS_WORD = '"nullsfirst" or "nullslast"'
const END = '"," or end of input'

/** `name.desc,data->>age.nullslast,clients(name).asc.nullsfirst` */
export function parseOrder(text: string, draft: Draft): readonly OrderRequest[] {
  const scanner = new Scanner(text, 'order')
  const terms: OrderRequest[] = []
  do {
    scanner.skipSpaces()
    draft.node(1)
    terms.push(scanTerm(scanner))
    scanner.skipSpaces()
  } while (scanner.take(COMMA))
  return terms
}

function scanTerm(scanner: Scanner): OrderRequest {
  const name = scanName(scanner)
  const isRelated = scanner.take(OPEN)
  const relation = isRelated ? name : undefined
  const field = isRelated ? scanRelatedField(scanner) : { name, path: scanJsonPath(scanner) }
  const direction = scanDirection(scanner)
  const nulls = scanNulls(scanner, direction)
  scanner.skipSpaces()
  if (!scanner.atEnd() && scanner.code() !== COMMA) {
    scanner.fail(nulls === undefined ? `delimiter (.), ${END}` : END)
  }
  return { relation, field, direction, nulls }
}

/** PostgREST: "Top-level ordering" by a column of a to-one embed. */
function scanRelatedField(scanner: Scanner): OrderRequest['field'] {
  scanner.skipSpaces()
  const field = scanField(scanner)
  scanner.expect(CLOSE, '"->>", "->" or ")"')
  return field
}

function scanDirection(scanner: Scanner): Direction {
  const start = scanner.position
  if (!scanner.take(DOT)) return undefined
  const word = scanner.takeWord()
  if (word === 'asc' || word === 'desc') return word
  scanner.position = start // It may say where nulls go.
  return undefined
}

function scanNulls(scanner: Scanner, direction: Direction): Nulls {
  if (!scanner.take(DOT)) return undefined
  const start = scanner.position
  const word = scanner.takeWord()
  if (word === 'nullsfirst') return 'first'
  if (word === 'nullslast') return 'last'
  scanner.position = start
  scanner.fail(direction === undefined ? ANY_WORD : NULLS_WORD)
}
