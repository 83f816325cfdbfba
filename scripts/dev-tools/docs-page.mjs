// Copies what the page `/docs` needs of swagger-ui-dist into the package, with its licence. The package does not depend
// on it: its own dependency reports each installation to a third party.
import { copyFileSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { ROOT } from './prepare.mjs'

const FILES = [
  'swagger-ui-bundle.js',
  'swagger-ui-bundle.js.LICENSE.txt',
  'swagger-ui.css',
  'favicon-32x32.png',
  'LICENSE',
  'NOTICE',
]
const folder = join(ROOT, 'backend/assets/docs/swagger-ui')
const { resolve } = createRequire(import.meta.url)

mkdirSync(folder, { recursive: true })
for (const name of FILES) copyFileSync(resolve(`swagger-ui-dist/${name}`), join(folder, name))
