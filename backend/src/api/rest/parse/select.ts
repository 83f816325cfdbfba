import type { EmbedRequest } from '../../../query/plan/index.ts'
import { BANG, CLOSE, COLON, COMMA, DOT, OPEN, QUOTE, STAR } from './characters.ts'
import type { Draft } from './draft.ts'
import { scanName } from './names.ts'
import { createNode, type EmbedDraft, type SelectDraft } from './node.ts'
import { Scanner } from './scanner.ts'
import { scanCount, scanFieldRest, scanStarEnd } from './select-field.ts'

const NO_ITEMS: readonly SelectDraft[] = Object.freeze([])

/** `id,total:price.sum(),data->>name::text,client:clients!inner(*),...orders(id)`. Empty text: no items. */
export function parseSelect(text: string, draft: Draft): readonly SelectDraft[] {
  const scanner = new Scanner(text, 'select parameter')
  scanner.skipSpaces()
  if (scanner.atEnd()) return NO_ITEMS
  const items = scanItems(scanner, draft, 1)
  scanner.expectEnd('"," or end of input')
  return items
}

function scanItems(scanner: Scanner, draft: Draft, depth: number): readonly SelectDraft[] {
  const items: SelectDraft[] = []
  do {
    scanner.skipSpaces()
    draft.node(depth)
    items.push(scanItem(scanner, draft, depth))
    scanner.skipSpaces()
  } while (scanner.take(COMMA))
  return items
}

function scanItem(scanner: Scanner, draft: Draft, depth: number): SelectDraft {
  if (scanner.take(STAR)) return scanStarEnd(scanner)
  if (scanner.code() === DOT && scanner.takeText('...')) {
    const target = scanName(scanner)
    return scanEmbed(scanner, draft, depth, { target, alias: undefined, spread: true })
  }
  let isBare = scanner.code() !== QUOTE
  let name = scanName(scanner)
  let alias: string | undefined
  if (takeAliasSeparator(scanner)) {
    alias = name
    isBare = scanner.code() !== QUOTE
    name = scanName(scanner)
  }
  const next = scanner.code()
  if (next === OPEN && isBare && name === 'count') return scanCount(scanner, alias)
  if (next === OPEN || next === BANG) {
    return scanEmbed(scanner, draft, depth, { target: name, alias, spread: false })
  }
  return scanFieldRest(scanner, name, alias)
}

/** One colon names; two of them cast. */
function takeAliasSeparator(scanner: Scanner): boolean {
  if (scanner.code() !== COLON) return false
  return scanner.text.charCodeAt(scanner.position + 1) !== COLON && scanner.take(COLON)
}

/** What follows the target: `!hint!inner(…)`. */
function scanEmbed(
  scanner: Scanner,
  draft: Draft,
  depth: number,
  named: Pick<EmbedRequest, 'target' | 'alias' | 'spread'>,
): EmbedDraft {
  const { hint, join } = scanEmbedParameters(scanner)
  scanner.expect(OPEN, '"!" or "("')
  scanner.skipSpaces()
  const isEmpty = scanner.code() === CLOSE
  const select = isEmpty ? NO_ITEMS : scanItems(scanner, draft, depth + 1)
  scanner.expect(CLOSE, '"," or ")"')
  return { kind: 'embed', ...named, hint, join, ...createNode(select) }
}

/** At most two: a hint and a kind of join, in any order. Of two of a kind the first holds, as in PostgREST. */
function scanEmbedParameters(scanner: Scanner): Pick<EmbedRequest, 'hint' | 'join'> {
  let hint: string | undefined
  let join: EmbedRequest['join']
  for (let count = 0; count < 2 && scanner.take(BANG); count++) {
    const isBare = scanner.code() !== QUOTE
    const name = scanName(scanner)
    if (isBare && (name === 'inner' || name === 'left')) join ??= name
    else hint ??= name
  }
  return { hint, join }
}
