import type { Finding } from '../support/finding.ts'
import type { Tree } from '../support/tree.ts'
import { findCycles } from './cycles.ts'
import { checkFaces } from './faces.ts'
import { checkImport } from './import-rules.ts'
import { importsOf } from './imports.ts'
import { placeOf } from './rooms.ts'

/** Checks the architecture of `backend/src` from the code's own imports. `tree` holds its TypeScript files. */
export function checkLayers(tree: Tree): readonly Finding[] {
  const edges = [...tree].flatMap(([path, text]) => importsOf(path, text))
  const misplaced = [...tree.keys()].filter(path => placeOf(path) === undefined)
  const imports = edges.map(edge => {
    const from = placeOf(edge.from)
    return from && checkImport(edge, from)
  })
  return [
    ...misplaced.map(unknownPlace),
    ...imports.filter(finding => finding !== undefined),
    ...checkFaces(tree),
    ...findCycles(edges),
  ]
}

function unknownPlace(file: string): Finding {
  return {
    file,
    line: 1,
    rule: 'known-place',
    message: 'the layout has no such place',
    remedy: 'Move it into a room, or add the place to scripts/quality/layers/rooms.ts.',
  }
}
