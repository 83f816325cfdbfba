// `npm start`: installs and builds what is missing, then starts S-Tier.
//   npm start                        the sample store, in a PostgreSQL of its own
//   npm start -- --reset             the same, made anew
//   npm start -- postgres://…        any database (with any flag of `s-tier serve`)
//   npm start -- token --role anon   any command of s-tier
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ensureBuilt, ensureInstalled, requireNode, ROOT } from './prepare.mjs'

requireNode()
await ensureInstalled()
await ensureBuilt()

const [command, ...rest] = commandLine(process.argv.slice(2))
if (command === 'dev') process.chdir(ROOT) // Its data lies in the repository, wherever this was started.
process.argv.splice(1, Infinity, join(ROOT, 'backend/bin/s-tier.js'), command, ...rest)
await import(pathToFileURL(process.argv[1]).href)

/** A command as it is; before bare flags, `dev`; before the URL of a database, `serve`. */
function commandLine(args) {
  const isUrl = arg => /^postgres(ql)?:/.test(arg)
  if (isUrl(args[0] ?? '')) return ['serve', ...args]
  if (args[0] !== undefined && !args[0].startsWith('-')) return args
  const hasDatabase = args.some(arg => isUrl(arg) || arg.startsWith('--database-url'))
  return [hasDatabase ? 'serve' : 'dev', ...args]
}
