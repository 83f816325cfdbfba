/** Gives out names for components and operations that generators can turn into identifiers of any language. */
export interface Names {
  /**
   * A name like the given one that is free, also with each of the endings behind it; then all of these are taken.
   * `order items` becomes `OrderItems`, and `OrderItems2` when that is taken.
   */
  claim(name: string, endings?: readonly string[]): string
}

export function createNames(taken: Iterable<string> = []): Names {
  const used = new Set(taken)
  return {
    claim(name, endings = []) {
      const stem = pascalCase(name)
      for (let number = 1; ; number++) {
        const candidate = number === 1 ? stem : `${stem}${number}`
        const all = [candidate, ...endings.map(ending => candidate + ending)]
        if (all.some(one => used.has(one))) continue
        for (const one of all) used.add(one)
        return candidate
      }
    },
  }
}

/**
 * Any name as an identifier of ASCII letters and digits: accents go, other letters become their code point (`本` is
 * `U672c`), everything else separates words.
 */
export function pascalCase(name: string): string {
  const plain = name.replaceAll('ß', 'ss').normalize('NFKD').replace(/\p{M}/gu, '')
  const spelled = plain.replace(/[^\p{ASCII}]/gu, letter => ` u${codePointOf(letter)} `)
  const words = spelled.split(/[^A-Za-z0-9]+/).filter(word => word !== '')
  const joined = words.map(word => word.charAt(0).toUpperCase() + word.slice(1)).join('')
  if (joined === '') return 'Unnamed'
  return /^\d/.test(joined) ? `N${joined}` : joined
}

function codePointOf(letter: string): string {
  return (letter.codePointAt(0) ?? 0).toString(16)
}
