import { readTree, type Tree } from '../support/tree.ts'

/** The product's own TypeScript: no tests, no declarations of other packages' types. */
export function readBackendSources(root: string): Tree {
  return readTree(root, path => path.startsWith('backend/src/') && isSource(path))
}

function isSource(path: string): boolean {
  return path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.endsWith('.d.ts')
}
