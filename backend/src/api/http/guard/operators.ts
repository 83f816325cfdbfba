import type { IncomingHttpHeaders } from 'node:http'
import {
  BannedError,
  type Response,
  type SecurityEvent,
} from '../../../capabilities/security/index.ts'
import type { GuardParts } from './guard.ts'
import { UNIX_SOCKET } from './unix-socket.ts'

/** A request of somebody who runs the server, or wants to. */
export interface OperatorRequest {
  readonly headers: IncomingHttpHeaders
  /** Of the connection; undefined for one over a Unix socket. */
  readonly remoteAddress: string | undefined
}

/** What is changed, for people: no secrets. */
export interface Change {
  readonly name: string
  readonly detail: string
}

type Parts = Pick<GuardParts, 'clientAddress' | 'monitor' | 'record' | 'clock'>

/**
 * Those who run the server, as the monitor sees them: by the option that has their token (`http.adminToken`). Neither limits nor bans
 * of their address keep them out, for they are the ones to lift those; only who guesses at the token is refused, and only that.
 */
export class Operators {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Before a token is compared. Throws ST430 to whoever has guessed too often. */
  arrives(request: OperatorRequest, option: string): void {
    const ban = this.#parts.monitor?.loginBanOf(this.#ipOf(request), option)
    if (ban !== undefined && ban.principal.user === option) throw this.#banned(ban.untilMs)
  }

  /** This is not the token. Throws ST430 where that was once too often. */
  failed(request: OperatorRequest, option: string, token: string): void {
    const { monitor } = this.#parts
    const credentialHash = monitor?.fingerprint(token)
    const ip = this.#ipOf(request)
    const reason = 'credentials'
    this.#heed(this.#tell({ kind: 'auth.failed', reason, ip, user: option, credentialHash }))
  }

  /** Before something is changed. Throws ST430 where a rule wants that to be refused. */
  changes(request: OperatorRequest, option: string, { name, detail }: Change): void {
    const ip = this.#ipOf(request)
    this.#heed(this.#tell({ kind: 'admin.changed', ip, user: option, name, detail }))
  }

  /** Something was changed from within: by a signal, or in the database. */
  changed({ name, detail }: Change): void {
    this.#tell({ kind: 'admin.changed', ip: UNIX_SOCKET, role: PROCESS, name, detail })
  }

  #ipOf({ headers, remoteAddress }: OperatorRequest): string {
    return this.#parts.clientAddress({ headers, socket: { remoteAddress } })
  }

  #tell(event: Omit<SecurityEvent, 'atMs'>): Response | undefined {
    const { monitor, record, clock } = this.#parts
    if (monitor === undefined) return undefined
    const told = { ...event, atMs: clock.epochMs() }
    record?.(told)
    return monitor.tell(told)
  }

  #heed(response: Response | undefined): void {
    if (response?.kind === 'ban') throw this.#banned(response.measure.untilMs)
  }

  #banned(untilMs: number): BannedError {
    return new BannedError(untilMs - this.#parts.clock.epochMs())
  }
}

/** Nobody's role: whoever may send signals to the process, or change what it follows. */
const PROCESS = 'process'
