// `npm run docs-agree`: do the reference pages and the code still say the same, and does every link lead somewhere?
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { OPTIONS } from '../../backend/src/config.ts'
import { checkAgreement, type Defined } from './docs-agree/agreement.ts'
import { checkArchitecture } from './docs-agree/architecture.ts'
import { findErrorCodes, isErrorCode } from './docs-agree/codes.ts'
import { checkLinks } from './docs-agree/links.ts'
import { type Page, parsePage } from './docs-agree/markdown.ts'
import { checkScripts, type PackageManifest } from './docs-agree/npm-scripts.ts'
import { readBackendSources } from './docs-agree/sources.ts'
import { report } from './support/finding.ts'
import { readTree, repositoryRoot } from './support/tree.ts'

interface RootManifest extends PackageManifest {
  readonly workspaces?: readonly string[]
}

const sources = readBackendSources(repositoryRoot)
const markdown = readTree(repositoryRoot, path => path.endsWith('.md'))
const pages = [...markdown].map(([path, text]) => parsePage(path, text))
const root = readManifest('package.json')
const workspaces = (root.workspaces ?? []).map(folder => readManifest(`${folder}/package.json`))

report('docs-agree', `${pages.length} pages, ${sources.size} files`, [
  ...checkAgreement({
    rule: 'error-codes',
    noun: 'error code',
    defined: findErrorCodes(sources),
    page: pageAt('docs/reference/errors.md'),
    isName: isErrorCode,
  }),
  ...checkAgreement({
    rule: 'options',
    noun: 'option',
    defined: OPTIONS.map(definedOption),
    page: pageAt('docs/reference/configuration.md'),
    isName: isOptionName,
  }),
  ...checkLinks(pages, exists),
  ...checkScripts(pages, root, workspaces),
  ...checkArchitecture(pageAt('ARCHITECTURE.md'), exists),
])

/** A page that does not exist is an empty one: everything is then missing on it. */
function pageAt(path: string): Page {
  return pages.find(page => page.path === path) ?? parsePage(path, '')
}

/** Where a room declares its options is found by name; what `config.ts` itself declares is found there. */
function definedOption({ name, key }: { readonly name: string; readonly key: string }): Defined {
  const declaration = new RegExp(`^  (readonly )?${key}\\?: `)
  for (const [file, text] of sources) {
    if (!file.endsWith('/options.ts')) continue
    const line = text.split('\n').findIndex(each => declaration.test(each)) + 1
    if (line > 0) return { name, file, line }
  }
  return { name, file: 'backend/src/config.ts', line: 1 }
}

function isOptionName(text: string): boolean {
  return /^[a-z][A-Za-z\d]*\.[a-z][A-Za-z\d]*$/.test(text)
}

function exists(path: string): boolean {
  return existsSync(join(repositoryRoot, path))
}

function readManifest(path: string): RootManifest {
  return JSON.parse(readFileSync(join(repositoryRoot, path), 'utf8')) as RootManifest
}
