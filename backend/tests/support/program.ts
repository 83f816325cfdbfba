import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const BUILT = process.env['STIER_TEST_MAIN']
const SOURCE = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/**
 * What Node runs as `s-tier`: the sources, or what was built of them (`STIER_TEST_MAIN=backend/dist/main.js`), which starts in
 * half the time. `npm test` and the gates build first and name it. Found from here, for the process runs somewhere else.
 */
export const PROGRAM: readonly string[] =
  BUILT === undefined ? ['--import', import.meta.resolve('tsx'), SOURCE] : [resolve(BUILT)]
