/** One thing that breaks a rule of the repository: where it is, which rule, and what to do about it. */
export interface Finding {
  /** Relative to the repository's root. */
  readonly file: string
  /** Counted from 1. */
  readonly line: number
  /** The rule's short name, the same in every message about it. */
  readonly rule: string
  readonly message: string
  readonly remedy: string
}

/** The findings as a person reads them, in the order of files and lines; the first line can be clicked in a terminal. */
export function describe(findings: readonly Finding[]): string {
  return [...findings].sort(byPlace).map(describeOne).join('\n')
}

/**
 * Ends a check: prints the findings, or one line saying what was looked at, and sets the process's exit code
 * (1 with findings, 0 without).
 */
export function report(check: string, lookedAt: string, findings: readonly Finding[]): void {
  if (findings.length === 0) {
    console.log(`${check}: ${lookedAt}, nothing to report`)
    return
  }
  console.error(describe(findings))
  console.error(`${check}: ${lookedAt}, ${findings.length} to put right`)
  process.exitCode = 1
}

function byPlace(a: Finding, b: Finding): number {
  return a.file.localeCompare(b.file, 'en') || a.line - b.line || a.rule.localeCompare(b.rule, 'en')
}

function describeOne({ file, line, rule, message, remedy }: Finding): string {
  return `${file}:${line}  [${rule}] ${message}\n    ${remedy}`
}
