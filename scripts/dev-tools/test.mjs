// `npm test`: installs and builds what is missing, runs all tests with coverage and closes with one plain line.
// Arguments go to vitest: `npm test -- backend/src/query`.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  ensureBrowser,
  ensureBuilt,
  ensureInstalled,
  ensureRedis,
  requireNode,
  ROOT,
} from './prepare.mjs'

const REPORT = join(ROOT, 'coverage/tests.json')
/** Tests that start the program take what was just built: it starts in half the time. */
const BUILT_PROGRAM = join(ROOT, 'backend/dist/main.js')

requireNode()
await ensureInstalled()
await ensureBuilt()
ensureBrowser()
ensureRedis()
rmSync(REPORT, { force: true })
const { status } = spawnSync(
  process.execPath,
  [
    join(ROOT, 'node_modules/vitest/vitest.mjs'),
    ...['run', '--coverage', '--reporter=default', '--reporter=json'],
    '--reporter=./scripts/quality/second-tries.ts',
    `--outputFile.json=${REPORT}`,
    ...process.argv.slice(2),
  ],
  { cwd: ROOT, stdio: 'inherit', env: { STIER_TEST_MAIN: BUILT_PROGRAM, ...process.env } },
)
if (existsSync(REPORT)) console.log(summary(JSON.parse(readFileSync(REPORT, 'utf8'))))
process.exitCode = status ?? 1

/** A test file that could not even be loaded has no tests: it counts as one that failed. */
function summary({ testResults, numPassedTests, numFailedTests, numPendingTests, numTodoTests }) {
  const broken = testResults.filter(
    file => file.status === 'failed' && file.assertionResults.length === 0,
  )
  const skipped = numPendingTests + numTodoTests
  const counts = [`${numPassedTests} passed`, `${numFailedTests + broken.length} failed`]
  return [...counts, ...(skipped > 0 ? [`${skipped} skipped`] : [])].join(', ')
}
