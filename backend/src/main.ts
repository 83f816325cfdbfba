import { readFileSync } from 'node:fs'
import { systemClock } from './base/index.ts'
import { runCommandLine, startDevDatabase, type World } from './cli/index.ts'

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

process.exitCode = await runCommandLine(process.argv.slice(2), world)

function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  const manifest = JSON.parse(text) as { version?: string }
  return manifest.version ?? 'unknown'
}
