import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Files of the repository by their path from its root, always with `/`: what every check looks at. */
export type Tree = ReadonlyMap<string, string>

/** The repository's root folder. */
export const repositoryRoot = fileURLToPath(new URL('../../../', import.meta.url))

/** Nothing in these folders is ours to check: installed, built or measured. */
const SKIPPED = new Set(['node_modules', 'dist', 'coverage', '.git', '.s-tier', 'results'])

/** Reads every file below `root` whose path satisfies `wanted`. */
export function readTree(root: string, wanted: (path: string) => boolean): Tree {
  const paths = listFiles(root).filter(wanted)
  return new Map(paths.map(path => [path, readFileSync(join(root, path), 'utf8')]))
}

/** The paths of all files below `root`, in alphabetical order. */
export function listFiles(root: string): readonly string[] {
  const paths: string[] = []
  walk(root, '', paths)
  return paths.sort()
}

function walk(root: string, folder: string, paths: string[]): void {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name).replaceAll(sep, '/')
    if (entry.isDirectory() && !SKIPPED.has(entry.name)) walk(root, path, paths)
    else if (entry.isFile()) paths.push(path)
  }
}
