/** The environment variable of an option: `jwt.roleClaimKey` is `STIER_JWT_ROLE_CLAIM_KEY`. */
export function variableOf(name: string): string {
  return `STIER_${wordsOf(name).join('_').toUpperCase()}`
}

/** The flag of an option: `jwt.roleClaimKey` is `--jwt-role-claim-key`. */
export function flagOf(name: string): string {
  return `--${wordsOf(name).join('-').toLowerCase()}`
}

function wordsOf(name: string): readonly string[] {
  return name.split(/\.|(?=[A-Z])/)
}
