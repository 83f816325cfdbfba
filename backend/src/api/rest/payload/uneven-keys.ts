import { isObject } from '../../../base/index.ts'
import { InvalidBodyError } from '../errors.ts'

/**
 * The refusal of an array whose items are not objects of the same keys: the first that differs, counted from 0, and a key in
 * which it does. The words are PostgREST's.
 */
export function unevenKeys(items: readonly unknown[], hint: string): InvalidBodyError {
  return new InvalidBodyError('All object keys must match', { details: differenceIn(items), hint })
}

function differenceIn(items: readonly unknown[]): string | undefined {
  const [first] = items
  for (const [index, item] of items.entries()) {
    if (!isObject(item)) return `Item ${index} of the array is no object.`
    const missing = Object.keys(first as object).find(key => !Object.hasOwn(item, key))
    if (missing !== undefined)
      return `Item ${index} of the array lacks the key '${missing}' of item 0.`
    const own = Object.keys(item).find(key => !Object.hasOwn(first as object, key))
    if (own !== undefined)
      return `Item ${index} of the array has the key '${own}', item 0 lacks it.`
  }
  return undefined
}
