import { StreamInputError } from './errors.ts'

const CHARACTERS_MAX = 255

/** The name of a stream or of a type. Throws ST626. */
export function checkedName(name: unknown, what: string): string {
  if (typeof name !== 'string') refuse(what, `is of the kind ${typeof name}, not a text`)
  if (name === '') refuse(what, 'is empty')
  return checkedPrefix(name, what)
}

/** The beginning of a name; it may be empty. Throws ST626. */
export function checkedPrefix(name: string, what: string): string {
  if (name.length > CHARACTERS_MAX) refuse(what, `has ${name.length} characters`)
  if (/\p{Cc}/u.test(name)) refuse(what, 'holds a control character')
  if (/\p{Cs}/u.test(name)) refuse(what, 'holds half of a surrogate pair')
  return name
}

function refuse(what: string, why: string): never {
  throw new StreamInputError(`${what} ${why}`, {
    hint: `Names have 1 to ${CHARACTERS_MAX} characters, none of them a control character: 'order-7', 'customers/7'.`,
  })
}

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i

/** The id of an event, in the form that PostgreSQL prints. Throws ST626. */
export function checkedId(id: string): string {
  if (UUID.test(id)) return id.toLowerCase()
  throw new StreamInputError('The id of an event is not a UUID', {
    hint: 'Give one like 0190163d-8694-739b-aea5-966c26f8ad91, or leave it out.',
  })
}
