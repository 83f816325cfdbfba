import { parameter } from '../../src/base/index.ts'
import type {
  ConditionRequest,
  EmbedRequest,
  FieldPath,
  FieldRequest,
  FilterRequest,
  JsonStep,
  OrderRequest,
  ReadRequest,
  SelectRequest,
  StarRequest,
  TestRequest,
} from '../../src/query/plan/index.ts'

/** Requests in few words, for tests that begin behind the parser. */
export function read(relation: string, parts: Partial<ReadRequest> = {}): ReadRequest {
  return { schema: 'public', relation, select: [], where: [], order: [], ...parts }
}

export const star: StarRequest = { kind: 'star' }

/** `name`, `data->a->>0`. */
export function path(text: string): FieldPath {
  const [name = '', ...rest] = text.split(/(?=->)/)
  return { name, path: rest.map(step) }
}

export function field(text: string, parts: Partial<FieldRequest> = {}): FieldRequest {
  return { kind: 'field', field: path(text), ...parts }
}

/** `sum('price')`-like: `aggregate('sum', 'price')`; the empty field is `count()`. */
export function aggregate(name: string, of = '', parts: Partial<FieldRequest> = {}): FieldRequest {
  return field(of, { aggregate: { name }, ...parts })
}

/** `target(…)`, `target!hint(…)`. */
export function embed(
  target: string,
  select: SelectRequest[] = [],
  parts: Partial<EmbedRequest> = {},
): EmbedRequest {
  const [name = '', hint] = target.split('!')
  return {
    kind: 'embed',
    target: name,
    hint,
    spread: false,
    select,
    where: [],
    order: [],
    ...parts,
  }
}

/** `...target(…)`. */
export function spread(
  target: string,
  select: SelectRequest[] = [],
  parts: Partial<EmbedRequest> = {},
): EmbedRequest {
  return embed(target, select, { ...parts, spread: true })
}

/** `filter('id', 'eq')` compares with parameter 1. */
export function filter(
  name: string,
  test: TestRequest | string,
  parts: Partial<FilterRequest> = {},
): FilterRequest {
  const asked: TestRequest =
    typeof test === 'string' ? { kind: 'compare', operator: test, value: parameter(1) } : test
  return { kind: 'filter', field: path(name), negated: false, test: asked, ...parts }
}

export function either(...conditions: ConditionRequest[]): ConditionRequest {
  return { kind: 'or', negated: false, conditions }
}

export function order(name: string, parts: Partial<OrderRequest> = {}): OrderRequest {
  return { field: path(name), ...parts }
}

function step(text: string): JsonStep {
  const arrow = text.startsWith('->>') ? '->>' : '->'
  const key = text.slice(arrow.length)
  return { arrow, key, isIndex: /^-?\d+$/.test(key) }
}
