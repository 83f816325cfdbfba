import { InvalidBodyError } from '../errors.ts'

/**
 * The pairs of an `application/x-www-form-urlencoded` body in their order. A name without `=` has an empty value, and what is
 * empty altogether is no pair. Throws PGRST102 for escapes that make no UTF-8, and for JSON: a form has its brackets encoded.
 */
export function readForm(text: string): readonly (readonly [name: string, value: string])[] {
  if (/^\s*[[{]/.test(text)) {
    throw new InvalidBodyError('Empty or invalid form', {
      details: 'It begins like JSON.',
      hint: "Send JSON with 'Content-Type: application/json'. With curl, -d alone makes a form and --json makes JSON.",
    })
  }
  return text.split('&').flatMap(part => {
    if (part === '') return []
    const equals = part.indexOf('=')
    const name = equals < 0 ? part : part.slice(0, equals)
    return [[decode(name), equals < 0 ? '' : decode(part.slice(equals + 1))] as const]
  })
}

function decode(text: string): string {
  if (!/[%+]/.test(text)) return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new InvalidBodyError('Empty or invalid form', {
      details: 'It is not valid percent-encoded UTF-8.',
    })
  }
}
