import type { Privilege } from './types.ts'

/** The letters of PostgreSQL's "ACL Privilege Abbreviations" that concern the API. */
const KINDS: Readonly<Record<string, Privilege['kind'] | undefined>> = Object.freeze({
  r: 'select',
  a: 'insert',
  w: 'update',
  d: 'delete',
})

/** What an access control list grants on a relation or column. Items look like `anon=ar*w/owner`. */
export function parsePrivileges(items: readonly string[]): readonly Privilege[] {
  return items.flatMap(item => {
    const { role, letters } = parseItem(item)
    return [...letters].flatMap(letter => {
      const kind = KINDS[letter]
      return kind === undefined ? [] : [{ role, kind }]
    })
  })
}

/** The roles to which an access control list grants EXECUTE (`X`). */
export function parseExecutors(items: readonly string[]): readonly string[] {
  return grantees(items, 'X')
}

/** The roles to which the access control list of a schema grants USAGE (`U`). */
export function parseUsers(items: readonly string[]): readonly string[] {
  return grantees(items, 'U')
}

function grantees(items: readonly string[], letter: string): readonly string[] {
  return items
    .map(parseItem)
    .filter(item => item.letters.includes(letter))
    .map(item => item.role)
}

/** A grantee is quoted when it is no plain name, quotes inside doubled; an empty one is PUBLIC. */
function parseItem(item: string): { role: string; letters: string } {
  const [, quoted, plain = '', letters = ''] =
    /^(?:"((?:[^"]|"")*)"|([^=]*))=([^/]*)/.exec(item) ?? []
  const role = quoted === undefined ? plain : quoted.replaceAll('""', '"')
  return { role: role === '' ? 'PUBLIC' : role, letters }
}
