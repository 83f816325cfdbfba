import { STierError } from '../base/index.ts'

/** How a command ends: its exit code. */
export const EXIT = Object.freeze({
  ok: 0,
  /** A comparison found a change that breaks clients. */
  breaking: 1,
  /** The command line is wrong. */
  usage: 2,
  /** An option is wrong, missing or unknown, or a file of the configuration cannot be used. */
  configuration: 3,
  /** The database cannot be reached, refuses the login, or cannot be served. */
  database: 4,
  /** The address to listen on is taken or not ours. */
  address: 5,
  /** A bug (EX_SOFTWARE of sysexits.h). */
  bug: 70,
})

/** What a person at a terminal is told when a command failed. */
export interface Failure {
  readonly exitCode: number
  readonly message: string
  readonly details: string | undefined
  readonly hint: string | undefined
}

/** What an error means for the one who gave the command. */
export function failureOf(error: unknown): Failure {
  if (error instanceof STierError) return known(error)
  const address = addressFailure(error)
  if (address !== undefined) return address
  return {
    exitCode: EXIT.bug,
    message: `Something went wrong inside S-Tier: ${messageOf(error)}`,
    details: undefined,
    hint: 'Run it again with --log-level debug to see where, and please report it.',
  }
}

/** A failure as a block of text, with the stack when `isDetailed`. */
export function failureText(error: unknown, isDetailed: boolean): string {
  const { message, details, hint } = failureOf(error)
  const code = error instanceof STierError ? ` ${error.code}` : ''
  const lines = [`Error${code}: ${message}`]
  if (details !== undefined) lines.push(indented('Details', details))
  if (hint !== undefined) lines.push(indented('What to do', hint))
  if (isDetailed && error instanceof Error) lines.push('', ...stacksOf(error))
  return `${lines.join('\n')}\n`
}

function known(error: STierError): Failure {
  return {
    exitCode: exitCodeOf(error.code),
    message: error.message,
    details: typeof error.details === 'string' ? error.details : undefined,
    hint: error.hint ?? undefined,
  }
}

/** By the range of the code: `docs/reference/command-line.md` has the table. */
function exitCodeOf(code: string): number {
  if (code === 'ST011') return EXIT.usage
  if (/^ST0[01]|^ST0[34]0$/.test(code)) return EXIT.configuration
  if (/^ST9/.test(code)) return EXIT.bug
  return EXIT.database // Embedded server, connection, version, schemas, SQLSTATEs.
}

const ADDRESS_PROBLEMS: Readonly<Record<string, (place: string) => readonly [string, string]>> = {
  EADDRINUSE: place => [
    `Another program listens on ${place} already`,
    'Stop it, or choose another port with --http-port (0 takes a free one).',
  ],
  EACCES: place => [
    `This user may not listen on ${place}`,
    'Ports below 1024 are reserved: choose another one with --http-port.',
  ],
  EADDRNOTAVAIL: place => [
    `${place} is not an address of this machine`,
    'Choose another one with --http-host: 127.0.0.1 for this machine only, 0.0.0.0 for every network.',
  ],
}

function addressFailure(error: unknown): Failure | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || error.syscall !== 'listen')
    return undefined
  const { code, address, port } = error as Error & {
    code?: string
    address?: string
    port?: number
  }
  const problem = ADDRESS_PROBLEMS[code ?? '']
  if (problem === undefined) return undefined
  const [message, hint] = problem(`${address ?? 'the address'}:${port ?? ''}`)
  return { exitCode: EXIT.address, message, details: undefined, hint }
}

function indented(title: string, text: string): string {
  return `  ${title}: ${text.trimEnd().replaceAll('\n', '\n    ')}`
}

function stacksOf(error: Error): readonly string[] {
  const stack = error.stack ?? String(error)
  return error.cause instanceof Error ? [stack, 'Caused by:', ...stacksOf(error.cause)] : [stack]
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
