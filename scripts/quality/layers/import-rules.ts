import type { Finding } from '../support/finding.ts'
import { type ImportEdge, packageOf } from './imports.ts'
import { homeOf, livesHere } from './packages.ts'
import {
  API_GROUND,
  isTest,
  type Place,
  placeOf,
  QUERY_ORDER,
  REACH,
  SOURCE_ROOT,
} from './rooms.ts'

/** The support that tests share: a real database, a running server. */
const TEST_SUPPORT = 'backend/tests/support/'

const TAKE_IT_AS_ARGUMENT = 'Take what is needed as an argument of a small type instead.'

/** What is wrong with one import of a file of `backend/src`; undefined when nothing is. */
export function checkImport(edge: ImportEdge, from: Place): Finding | undefined {
  if (edge.target === undefined) return checkPackage(edge, from)
  const to = placeOf(edge.target)
  if (to !== undefined) return checkRooms(edge, edge.target, from, to)
  if (edge.target.startsWith(SOURCE_ROOT)) return undefined // The file itself is reported: known-place.
  return checkOutside(edge, edge.target)
}

function checkRooms(edge: ImportEdge, target: string, from: Place, to: Place) {
  if (from.room !== to.room) return checkDirection(edge, from, to) ?? checkFace(edge, target, to)
  if (target !== from.face || isTest(edge.from) || edge.from === from.face) return undefined
  return finding(
    edge,
    'own-face',
    `a file of ${from.room} imports its own room's index`,
    'Import the file that declares the name: the index is for other rooms.',
  )
}

function checkDirection(edge: ImportEdge, from: Place, to: Place): Finding | undefined {
  if (from.floor !== to.floor) {
    if (REACH[from.floor].includes(to.floor)) return undefined
    return finding(
      edge,
      from.floor === 'base' ? 'base-is-pure' : 'floors',
      `${from.room} may not import ${to.room}`,
      `${from.floor} stands on ${REACH[from.floor].join(', ') || 'nothing'}. ${TAKE_IT_AS_ARGUMENT}`,
    )
  }
  if (from.floor === 'query') return checkQueryOrder(edge, from, to)
  if (from.floor === 'api' && to.room === API_GROUND) return undefined
  return finding(
    edge,
    from.floor === 'api' ? 'api-rooms' : 'capabilities-apart',
    `${from.room} may not import ${to.room}`,
    from.floor === 'api'
      ? `Rooms of api import ${API_GROUND}, not each other: what both need belongs there or in query.`
      : 'Capabilities know nothing of each other: they meet in query/executor and server.ts.',
  )
}

function checkQueryOrder(edge: ImportEdge, from: Place, to: Place): Finding | undefined {
  const [above, below] = [QUERY_ORDER.indexOf(from.room), QUERY_ORDER.indexOf(to.room)]
  if (above >= 0 && above < below) return undefined
  return finding(
    edge,
    'query-order',
    `${from.room} may not import ${to.room}`,
    `In query imports go ${QUERY_ORDER.map(room => room.slice(6)).join(' → ')}.`,
  )
}

function checkFace(edge: ImportEdge, target: string, to: Place): Finding | undefined {
  if (target === to.face) return undefined
  return finding(
    edge,
    'through-the-face',
    `reaches past the face of ${to.room}`,
    `Import '${to.face.slice(SOURCE_ROOT.length)}' and export the name there if it is meant for others.`,
  )
}

function checkOutside(edge: ImportEdge, target: string): Finding | undefined {
  if (isTest(edge.from) && target.startsWith(TEST_SUPPORT)) return undefined
  return finding(
    edge,
    'product-only',
    `imports ${target}, which is not shipped`,
    `Only a test may import from outside ${SOURCE_ROOT}, and only from ${TEST_SUPPORT}.`,
  )
}

function checkPackage(edge: ImportEdge, from: Place): Finding | undefined {
  if (from.floor === 'base' && !isTest(edge.from)) {
    return finding(
      edge,
      'base-is-pure',
      `base imports ${edge.specifier}`,
      'Base has no dependencies and does no I/O: hand the result in as an argument.',
    )
  }
  if (edge.specifier.startsWith('node:') || isTest(edge.from)) return undefined
  const name = packageOf(edge.specifier)
  const home = homeOf(name)
  if (home && livesHere(home, edge.from.slice(SOURCE_ROOT.length), edge.typeOnly)) return undefined
  return finding(
    edge,
    'package-home',
    home ? `${name} lives in ${home.homes.join(', ')}` : `${name} has no home`,
    home
      ? 'Use it there, behind a small type of our own.'
      : 'Give it one in scripts/quality/layers/packages.ts, or do without it.',
  )
}

function finding(edge: ImportEdge, rule: string, message: string, remedy: string): Finding {
  return { file: edge.from, line: edge.line, rule, message, remedy }
}
