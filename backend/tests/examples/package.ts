import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, unlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const PACKAGE = join(ROOT, 'backend')

interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>
  readonly dependencies: Readonly<Record<string, string>>
}

export const MANIFEST = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as Manifest

/** Examples and other programs import what was built, not the sources. */
export function requireBuilt(): void {
  if (existsSync(join(PACKAGE, 'dist/index.js'))) return
  throw new Error('The package is not built: npm run build')
}

/** The package as npm would lay it down in a program's folder. */
export function installInto(folder: string): void {
  requireBuilt()
  const home = join(folder, 'node_modules/s-tier')
  for (const part of ['package.json', 'dist']) {
    cpSync(join(PACKAGE, part), join(home, part), { recursive: true })
  }
}

/** Puts these packages beside it. The returned function takes them away again. */
export function addPackages(folder: string, names: Iterable<string>): () => void {
  const places = [...names].map(name => {
    const place = join(folder, 'node_modules', name)
    mkdirSync(dirname(place), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules', name), place)
    return place
  })
  return () => {
    for (const place of places) unlinkSync(place)
  }
}
