// `npm run layers`: are the floors, rooms, faces and package homes of the backend still what ARCHITECTURE.md says?
import { checkLayers } from './layers/check.ts'
import { SOURCE_ROOT } from './layers/rooms.ts'
import { report } from './support/finding.ts'
import { readTree, repositoryRoot } from './support/tree.ts'

const tree = readTree(
  repositoryRoot,
  path => path.startsWith(SOURCE_ROOT) && path.endsWith('.ts') && !path.endsWith('.d.ts'),
)
report('layers', `${tree.size} files`, checkLayers(tree))
