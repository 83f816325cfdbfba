/** `T1110.003`: the technique `T1110`, and that part of it. */
export interface Technique {
  readonly whole: string
  readonly part: string | undefined
}

/** Undefined: the rule names none. */
export function techniqueOf(mitre: string): Technique | undefined {
  const [whole = '', part] = mitre.split('.')
  if (whole === '') return undefined
  return { whole, part: part === undefined ? undefined : mitre }
}
