import { COMMON_FLAGS } from './arguments.ts'
import type { Command } from './command.ts'
import { OPTIONS } from '../config.ts'

/** The page of `s-tier --help`. */
export function overview(commands: readonly Command[], version: string): string {
  const rows = [
    ...commands.map(({ name, summary }): Row => [name, summary]),
    ['help <command>', 'Show the flags of a command; help options lists every option.'] as const,
  ]
  return `S-Tier ${version}: any PostgreSQL database as an API.

Usage: s-tier <command> [flags]

${table(rows)}
Flags: --help, --version

Start here:  s-tier dev   or   s-tier serve postgres://user:password@host/database
`
}

/** The page of `s-tier help <command>`. */
export function commandHelp({
  name,
  usage,
  summary,
  flags,
  takesOptions,
  examples,
}: Command): string {
  const rows = [...flags, ...COMMON_FLAGS].map(
    (flag): Row => [
      flag.value === undefined ? flag.name : `${flag.name} <${flag.value}>`,
      flag.summary,
    ],
  )
  const more = takesOptions
    ? '\nEvery option of the server is a flag too: see s-tier help options.\n'
    : ''
  return `${summary}

Usage: s-tier ${name} ${usage}

${table(rows)}${more}
Examples:
${examples.map(example => `  ${example}\n`).join('')}`
}

/** The page of `s-tier help options`. */
export function optionsHelp(): string {
  const rows = OPTIONS.map(
    ({ flag, check, default: value }): Row => [
      flag,
      `${check.expects}${value === undefined ? '' : `; default ${display(value)}`}`,
    ],
  )
  return `Options, as flags. --http-port is http.port in the configuration file and STIER_HTTP_PORT in the environment;
DATABASE_URL and PORT are read too, and PostgREST's variables PGRST_…. A flag is stronger than what the database sets, this than
the environment, the environment than the file.

${table(rows)}`
}

type Row = readonly [name: string, text: string]

function table(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}\n`).join('')
}

function display(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(',')
  if (typeof value === 'object' && value !== null) {
    return Object.keys(value).length === 0 ? 'none' : JSON.stringify(value)
  }
  return String(value)
}
