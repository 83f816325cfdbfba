// `npm run error-codes [-- --json]`: every error code of the backend with its status, message and place,
// as the code has it. It is what docs/reference/errors.md is written from; docs-agree then holds the two together.
import { type CodeUse, findErrorCodes } from './docs-agree/codes.ts'
import { readBackendSources } from './docs-agree/sources.ts'
import { repositoryRoot } from './support/tree.ts'

const uses = [...findErrorCodes(readBackendSources(repositoryRoot))].sort((a, b) =>
  a.name.localeCompare(b.name, 'en'),
)
console.log(
  process.argv.includes('--json') ? JSON.stringify(uses, null, 2) : uses.map(block).join('\n'),
)

function block({ name, status, owner, file, line, comment, message, details, hint }: CodeUse) {
  const parts = { message, details, hint, why: comment }
  const shown = Object.entries(parts).filter(([, text]) => text !== '')
  const head = `${name}  ${status || '?'}  ${owner}  ${file}:${line}`
  return [head, ...shown.map(([part, text]) => `    ${part}: ${text}`)].join('\n')
}
