import type { FastifyRequest } from 'fastify'
import { pointerStep } from './fault.ts'
import { blockShapes, type ShapeKind } from './recognise.ts'

/** Throws ST422 for a text of the body, the query string or the path's parameters that looks like one of these attacks. */
export function blockShapesIn(
  { body, query, params }: Pick<FastifyRequest, 'body' | 'query' | 'params'>,
  blocked: readonly ShapeKind[],
): void {
  for (const part of [body, query, params]) blockIn(part, blocked, '')
}

function blockIn(value: unknown, blocked: readonly ShapeKind[], pointer: string): void {
  if (typeof value === 'string') return blockShapes(value, blocked, pointer)
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return
  for (const [name, inner] of Object.entries(value)) {
    blockIn(inner, blocked, pointer + pointerStep(name))
  }
}
