import { readFileSync, symlinkSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

interface Link {
  readonly source: string
  readonly target: string
}

/**
 * Makes the symbolic links between the package's shared libraries. npm packages cannot hold links, so the package
 * makes them in an install script; ours are denied, so it is done here, at each start. Several processes may do it
 * at once: a link that exists is left alone.
 */
export function hydrate(packageRoot: string): void {
  const list = readFileSync(join(packageRoot, 'native', 'pg-symlinks.json'), 'utf8')
  for (const { source, target } of JSON.parse(list) as readonly Link[]) {
    try {
      symlinkSync(relative(dirname(target), source), join(packageRoot, target))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}
