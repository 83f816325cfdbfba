import { recognise, type ShapeKind } from '../../../capabilities/validation/index.ts'

const NONE: readonly ShapeKind[] = Object.freeze([])

/**
 * What `recognise` looks for first, as it may stand in a URL: all but plain characters may be one of those, a blank, or stand for one.
 * Most URLs have nothing of it, and need not be taken apart.
 */
const TELLING = /[^\w!#()*,./:=?@[\]^~&-]|\.\.|--|\/\*|:\/\//

/** What in a URL looks like an attack. It is noticed, and changes no answer. */
export function shapesInUrl(url: string): readonly ShapeKind[] {
  const mark = url.indexOf('?')
  if (mark < 0 && !url.includes('%') && !url.includes('..')) return NONE
  const query = url.slice(mark + 1)
  return TELLING.test(query) ? valuesOf(query).flatMap(recognise) : NONE
}

/** Each value by itself, for attacks begin where a value does. Of a filter without its operator. */
function valuesOf(query: string): string[] {
  return query.split('&').map(part => {
    const value = decoded(part.slice(part.indexOf('=') + 1))
    return value.replace(OPERATOR, '')
  })
}

const OPERATOR = /^(?:not\.)?[a-z]{2,12}(?:\([a-z]+\))?\./

function decoded(text: string): string {
  const spaced = text.replaceAll('+', ' ')
  if (!spaced.includes('%')) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch {
    return spaced
  }
}
