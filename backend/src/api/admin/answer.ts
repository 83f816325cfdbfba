import type { FastifyReply, FastifyRequest } from 'fastify'

type Reply = Pick<FastifyReply, 'header' | 'getHeader' | 'removeHeader'>

/** What operators read is kept nowhere, and read by pages of the listed origins only. */
export function keepPrivate(reply: Reply): void {
  void reply.header('cache-control', 'no-store')
  const name = 'access-control-allow-origin'
  if (reply.getHeader(name) === '*') void reply.removeHeader(name)
}

/** With `?pretty` over several lines, for eyes. */
export function sendJson(
  { raw }: Pick<FastifyRequest, 'raw'>,
  reply: Pick<FastifyReply, 'type'>,
  value: unknown,
): FastifyReply {
  const isPretty = /[?&]pretty(?:[=&]|$)/.test(raw.url ?? '')
  const text = JSON.stringify(value, told, isPretty ? 2 : undefined)
  return reply.type('application/json; charset=utf-8').send(text)
}

/** A field that has no value is there all the same. Positions in the log are larger than the numbers of JSON. */
function told(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : (value ?? null)
}
