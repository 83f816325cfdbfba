/** What runs, or opens what is not of the web, when somebody follows a link. */
const DANGEROUS =
  /^(?:javascript|vbscript|livescript|mocha|data|blob|file|filesystem|view-source|jar|feed|ms-its|mhtml):/i

/** Whether a link to this target would run something, however that is written: with entities, spaces, escapes. */
export function isDangerousTarget(target: string): boolean {
  return DANGEROUS.test(plain(target))
}

const NAMED: Readonly<Record<string, string>> = Object.freeze({
  colon: ':',
  tab: '',
  newline: '',
  amp: '&',
  bsol: '',
})

/** What a browser makes of it before it looks for the scheme. Twice: an entity may stand in an entity. */
function plain(target: string): string {
  return decoded(decoded(target)).replaceAll(UNSEEN, '')
}

/** Browsers leave out controls and spaces; Markdown leaves out the backslash of an escape. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zs}\u2028\u2029\\]/gu
const ENTITY = /&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|([a-zA-Z]{2,8}));?/g

function decoded(text: string): string {
  return text.replaceAll(ENTITY, (entity, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return NAMED[name.toLowerCase()] ?? entity
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
    return code <= 0x10ffff ? String.fromCodePoint(code) : ''
  })
}
