import type { Change } from './change.ts'
import { isPart, type Part } from './document.ts'
import { OperationComparison } from './operations.ts'

/**
 * What changed from one OpenAPI 3 document to another, as its clients would notice: the breaking changes first, each
 * group in the order of the documents. Servers, texts and examples are not compared.
 */
export function compareDocuments(older: Part, newer: Part): readonly Change[] {
  const changes = unique(new OperationComparison(older, newer).paths())
  return [...changes.filter(one => one.breaking), ...changes.filter(one => !one.breaking)]
}

/** Whether the value is an OpenAPI document of a version that can be compared. */
export function isDocument(value: unknown): value is Part {
  return isPart(value) && /^3\./.test(String(value['openapi'])) && isPart(value['paths'])
}

/** A schema of two media types changes in both; once is enough. */
function unique(changes: readonly Change[]): readonly Change[] {
  return [...new Map(changes.map(change => [JSON.stringify(change), change])).values()]
}
