/** Where the two dialects mean the same; a dot is every character to PostgreSQL, line ends included. */
const SAME =
  /^(?:[^\\[\]{}().*+?|^$]|\\[.\\/()[\]{}*+?|^$dDsStnrfv]|\[\^?(?:[^\\[\]]|\\[.\\/()[\]{}*+?|^$\-dsStnrfv])+\]|\(\?:|[()*+?|^$.]|\{\d+(?:,\d*)?\})*$/

/**
 * A regular expression of PostgreSQL as JSON Schema has them (ECMA 262 with the `u` flag), or undefined where it uses
 * what the other does not have or reads differently: classes such as `[[:alpha:]]`, `\w` and `\y`, back references,
 * options. PostgreSQL: "Regular Expression Details".
 */
export function ecmaPattern(pattern: string): string | undefined {
  if (!SAME.test(pattern) || pattern.startsWith('***')) return undefined
  const spelled = pattern.replace(/\\.|\[(?:[^\\\]]|\\.)*\]|\./g, part =>
    part === '.' ? '[\\s\\S]' : part,
  )
  try {
    return new RegExp(spelled, 'u').source === '' ? undefined : spelled
  } catch {
    return undefined
  }
}
