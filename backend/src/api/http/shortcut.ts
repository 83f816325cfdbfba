import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import type { HeaderList } from './cors.ts'

/**
 * Answers a request before the framework sees it, with `always`: the headers that every answer carries to a request that no page
 * of another origin makes; the same object for as long as the rules hold. False: it has done nothing, and the framework answers.
 */
export type Shortcut = (
  request: IncomingMessage,
  response: ServerResponse,
  always: HeaderList,
) => boolean

/**
 * Asks the shortcut first from now on. Not by the framework's factory of servers: with one of those it listens on one
 * address of `localhost` only.
 */
export function putBefore(
  server: Server,
  shortcut: (request: IncomingMessage, response: ServerResponse) => boolean,
): void {
  const listeners = server.listeners('request') as RequestListener[]
  server.removeAllListeners('request')
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (shortcut(request, response)) return
    for (const listener of listeners) listener.call(server, request, response)
  })
}
