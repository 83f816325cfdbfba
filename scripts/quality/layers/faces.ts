import ts from 'typescript'
import type { Finding } from '../support/finding.ts'
import { lineOf, literalText, parse } from '../support/syntax.ts'
import type { Tree } from '../support/tree.ts'
import { isTest, placeOf, SOURCE_ROOT } from './rooms.ts'

/** The public face of the package: it shows names of every room, so the rule on foreign names does not bind it. */
const PACKAGE_FACE = `${SOURCE_ROOT}index.ts`

/** Every room has a face, and a face says what its room is for and then only exports. */
export function checkFaces(tree: Tree): readonly Finding[] {
  const findings: Finding[] = []
  for (const [face, room] of facesOf(tree)) {
    const text = tree.get(face)
    if (text === undefined) {
      const remedy = 'Add one: a comment that says what the room is for, then its exports.'
      findings.push(at(face, 1, `the room ${room} has no index.ts`, remedy))
    } else {
      findings.push(...checkFace(face, text))
    }
  }
  return findings
}

function facesOf(tree: Tree): ReadonlyMap<string, string> {
  const faces = new Map<string, string>()
  for (const path of tree.keys()) {
    const place = placeOf(path)
    if (place?.face.endsWith('/index.ts') && !isTest(path)) faces.set(place.face, place.room)
  }
  return faces
}

function checkFace(path: string, text: string): readonly Finding[] {
  const findings: Finding[] = []
  if (!/^\s*(\/\/|\/\*)/.test(text)) {
    const remedy = 'Begin with a comment of one to three lines: why would somebody come here?'
    findings.push(at(path, 1, 'the face does not say what its room is for', remedy))
  }
  const file = parse(path, text)
  for (const statement of file.statements) {
    const line = lineOf(file, statement)
    if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier === undefined) {
      const remedy = 'Move the code to a file of its own and export it from here.'
      findings.push(at(path, line, 'the face holds more than exports', remedy))
    } else if (path !== PACKAGE_FACE && leavesRoom(literalText(statement.moduleSpecifier))) {
      const remedy = 'Let the others import that name where it lives.'
      findings.push(at(path, line, 'the face shows what another room declares', remedy))
    }
  }
  return findings
}

function leavesRoom(specifier: string | undefined): boolean {
  return specifier === undefined || !specifier.startsWith('./')
}

function at(file: string, line: number, message: string, remedy: string): Finding {
  return { file, line, rule: 'face-shape', message, remedy }
}
