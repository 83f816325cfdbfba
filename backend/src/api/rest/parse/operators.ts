import type { CompareOperator, TestRequest } from '../../../query/plan/index.ts'

type SearchOperator = Extract<TestRequest, { kind: 'search' }>['operator']

/** How an operator is written. `quantified` ones take `(any)` and `(all)`; in patterns `*` stands for `%`. */
export type OperatorSyntax =
  | { readonly kind: 'compare'; readonly quantified: boolean; readonly pattern: boolean }
  | { readonly kind: 'search'; readonly operator: SearchOperator }
  | { readonly kind: 'in' | 'is' | 'isdistinct' }

const PLAIN: OperatorSyntax = { kind: 'compare', quantified: false, pattern: false }
const QUANTIFIED: OperatorSyntax = { kind: 'compare', quantified: true, pattern: false }
const PATTERN: OperatorSyntax = { kind: 'compare', quantified: true, pattern: true }

const SYNTAX = {
  eq: QUANTIFIED,
  gt: QUANTIFIED,
  gte: QUANTIFIED,
  lt: QUANTIFIED,
  lte: QUANTIFIED,
  match: QUANTIFIED,
  imatch: QUANTIFIED,
  like: PATTERN,
  ilike: PATTERN,
  neq: PLAIN,
  cs: PLAIN,
  cd: PLAIN,
  ov: PLAIN,
  sl: PLAIN,
  sr: PLAIN,
  nxr: PLAIN,
  nxl: PLAIN,
  adj: PLAIN,
  in: { kind: 'in' },
  is: { kind: 'is' },
  isdistinct: { kind: 'isdistinct' },
  fts: { kind: 'search', operator: 'fts' },
  plfts: { kind: 'search', operator: 'plfts' },
  phfts: { kind: 'search', operator: 'phfts' },
  wfts: { kind: 'search', operator: 'wfts' },
} satisfies Record<CompareOperator | SearchOperator | 'in' | 'is' | 'isdistinct', OperatorSyntax>

/** The closed table of operators by the name they have in the URL. */
export const OPERATORS: ReadonlyMap<string, OperatorSyntax> = new Map(Object.entries(SYNTAX))

/** The value begins with an operator: so PostgREST tells a filter from an argument in a call by GET. */
export function hasOperator(value: string): boolean {
  const start = value.startsWith('not.') ? 4 : 0
  const dot = value.indexOf('.', start)
  if (dot < 0) return false
  const head = value.slice(start, dot)
  const open = head.indexOf('(')
  if (open < 0) return OPERATORS.has(head)
  const syntax = OPERATORS.get(head.slice(0, open))
  if (syntax === undefined) return false
  return takesModifier(syntax, head.slice(open))
}

function takesModifier(syntax: OperatorSyntax, modifier: string): boolean {
  if (syntax.kind === 'search') return modifier.length > 2 && modifier.endsWith(')')
  const isQuantifier = modifier === '(any)' || modifier === '(all)'
  return syntax.kind === 'compare' && syntax.quantified && isQuantifier
}
