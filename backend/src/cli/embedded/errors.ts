import { STierError } from '../../base/index.ts'

/** There is no PostgreSQL for this platform among the installed packages. */
export class EmbeddedMissingError extends STierError {
  readonly code = 'ST020'
  readonly status = 500

  constructor(platform: string, cause?: unknown) {
    super(`No embedded PostgreSQL is installed for ${platform}`, {
      hint: 'Run npm install without --omit=optional, or give the URL of a PostgreSQL server of yours.',
      cause,
    })
  }
}

/** The binaries are there, but they do not run: their files cannot be read, or a system library is missing. */
export class EmbeddedUnusableError extends STierError {
  readonly code = 'ST021'
  readonly status = 500

  constructor(binary: string, details: string, cause?: unknown) {
    super(`${binary} cannot be run`, {
      details,
      hint: 'Give the URL of a PostgreSQL server of yours instead.',
      cause,
    })
  }
}

/** The data directory cannot be used: another process has it, another user owns it, or another version wrote it. */
export class DataDirectoryError extends STierError {
  readonly code = 'ST022'
  readonly status = 500

  constructor(directory: string, details: string, hint: string) {
    super(`The data directory ${directory} cannot be used`, { details, hint })
  }
}

/** initdb or the server ended before it was ready; the details are the last lines it wrote. */
export class EmbeddedStartError extends STierError {
  readonly code = 'ST023'
  readonly status = 500

  constructor(what: string, details: string, hint?: string) {
    super(`${what} did not start`, { details, hint })
  }
}

/** The port that was asked for belongs to another program. */
export class EmbeddedPortError extends STierError {
  readonly code = 'ST024'
  readonly status = 500

  constructor(port: number) {
    super(`Port ${port} is taken: the embedded PostgreSQL cannot listen on it`, {
      hint: 'Choose another port, or none: then a free one is taken.',
    })
  }
}
