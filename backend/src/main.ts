import { readFileSync } from 'node:fs'
import { systemClock } from './base/index.ts'
import { runCommandLine, startDevDatabase, type World } from './cli/index.ts'

const SIGPIPE = 13

/** The process: the world as it is, handed to the command line. */
const world: World = {
  out: text => void process.stdout.write(text),
  err: text => void process.stderr.write(text),
  environment: process.env,
  directory: process.cwd(),
  isTerminal: process.stdout.isTTY,
  clock: systemClock,
  signals: process,
  exit: code => process.exit(code),
  version: readVersion(),
  loadServer: async () => (await import('./server.ts')).createServer,
  startDevDatabase,
}

for (const stream of [process.stdout, process.stderr]) stream.on('error', leaveWithReader)

process.exitCode = await runCommandLine(process.argv.slice(2), world)

/** Whoever reads along (`| head`) has enough: the process ends as SIGPIPE ends others, without a word. */
function leaveWithReader(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(128 + SIGPIPE)
  throw error
}

function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  const manifest = JSON.parse(text) as { version?: string }
  return manifest.version ?? 'unknown'
}
