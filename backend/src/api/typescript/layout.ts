/** One member of an object type. */
export interface Member {
  readonly name: string
  /** The type, of any number of lines. */
  readonly type: string
  readonly optional?: boolean
  /** What the database says about it; null or absent: nothing. */
  readonly comment?: string | null
}

/** Longest line of a union that stays on one line, in characters. */
const LINE_MAX = 80

/** `{ … }` with one member a line; without members the type of an object that has none. */
export function objectType(members: readonly Member[]): string {
  return members.length === 0 ? '{\n  [_ in never]: never\n}' : `{\n${lines(members)}\n}`
}

/** `{ a: string; b?: number }` where it fits on a line, otherwise as `objectType`. */
export function inlineObjectType(members: readonly Member[]): string {
  const line = `{ ${members.map(({ comment: _, ...member }) => memberLine(member)).join('; ')} }`
  return line.includes('\n') || line.length > LINE_MAX ? objectType(members) : line
}

/** `[ … ]` with one element after the other. */
export function tupleType(elements: readonly string[]): string {
  return elements.length === 0 ? '[]' : `[\n${elements.map(one => `${indented(one)},\n`).join('')}]`
}

/** `"a" | "b"`, over several lines when that is too long for one. */
export function unionType(types: readonly string[]): string {
  const line = types.join(' | ')
  if (types.length === 1 || (!line.includes('\n') && line.length <= LINE_MAX)) return line
  return types.map(type => `\n  | ${indented(type).trimStart()}`).join('')
}

/** A name as the key of an object: quoted only where it has to be. */
export function key(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name)
}

/** In the order of the characters, which is the same on every machine. */
export function byName<T extends { readonly name: string }>(one: T, other: T): number {
  return one.name < other.name ? -1 : one.name > other.name ? 1 : 0
}

/** Every line two spaces further in. */
export function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ')
}

function lines(members: readonly Member[]): string {
  return members
    .map(member => indented(`${docComment(member.comment)}${memberLine(member)}`))
    .join('\n')
}

function memberLine({ name, type, optional = false }: Member): string {
  const space = type.startsWith('\n') ? '' : ' '
  return `${key(name)}${optional ? '?' : ''}:${space}${type}`
}

function docComment(comment: string | null | undefined): string {
  if (comment === null || comment === undefined || comment.trim() === '') return ''
  const safe = comment.trim().replaceAll('*/', '*\\/').split(/\r?\n/)
  if (safe.length === 1) return `/** ${safe[0]} */\n`
  return `/**\n${safe.map(line => ` * ${line}`.trimEnd()).join('\n')}\n */\n`
}
