/** The Cookie header (RFC 6265, section 4.2.1) as the JSON object for `request.cookies`; of equal names the last. */
export function cookiesJson(header: string | undefined): string {
  if (header === undefined || header === '') return '{}'
  const cookies = new Map<string, string>()
  eachCookie(header, (name, value) => cookies.set(name, value))
  return JSON.stringify(Object.fromEntries(cookies))
}

/** Every value of a name, in the order of the header: a browser sends one for each path and domain that has it. */
export function cookieValues(header: string | undefined, name: string): readonly string[] {
  if (header === undefined || !header.includes(name)) return NONE
  const values: string[] = []
  eachCookie(header, (each, value) => {
    if (each === name) values.push(value)
  })
  return values
}

/** The header without this name; undefined when nothing else is in it. */
export function cookiesWithout(header: string | undefined, name: string): string | undefined {
  if (header === undefined || !header.includes(name)) return header
  const others = header.split(';').filter(part => part.split('=', 1)[0]?.trim() !== name)
  return others.length === 0 ? undefined : others.join(';').trim()
}

const NONE: readonly string[] = Object.freeze([])

function eachCookie(header: string, visit: (name: string, value: string) => void): void {
  for (const part of header.split(';')) {
    const equals = part.indexOf('=')
    const name = (equals < 0 ? part : part.slice(0, equals)).trim()
    if (name !== '') visit(name, equals < 0 ? '' : part.slice(equals + 1).trim())
  }
}
