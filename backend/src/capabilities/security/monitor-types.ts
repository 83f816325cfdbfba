import type { Alert, OnAlert } from './alert.ts'
import type { ChainRecord } from './chain.ts'
import type { SecurityOptions } from './options.ts'
import type { SecurityReport } from './report.ts'
import type { SecurityRules } from './rule.ts'
import type { Ban, Measure, Principal, Response, SecurityEvent } from './types.ts'

/** Something was decided, here or at another process, or undone. */
export interface Decision {
  readonly kind: 'began' | 'undone'
  readonly measure: Measure
  /** Decided by this process. */
  readonly isOwn: boolean
}

/** What a person wants to be done. */
export interface OrderedBan {
  /** An address, a network, a user at an address, or a token. */
  readonly ip?: string
  readonly user?: string
  readonly token?: number
  readonly forMs: number
  readonly reason: string
}

/** Watches what is told to it, and says what is to be done. */
export interface SecurityMonitor {
  /**
   * Tells what happened where it was decided. The answer is for this very request. Never throws and never waits; about a
   * microsecond for an ordinary read.
   */
  tell(event: SecurityEvent): Response
  /** Before any work: is this client, this user at this address, or this token refused? */
  banOf(ip: string, user?: string, token?: number): Ban | undefined
  /** The same before somebody is let in: also those bans that keep out nobody who is in already. */
  loginBanOf(ip: string, user?: string): Ban | undefined
  /** How long answers to it wait, in milliseconds; mostly 0. */
  tarpitOf(ip: string, user?: string): number
  /** A number that stands for a secret: the same at all processes with the same `secret`. Keep it with what was verified. */
  fingerprint(secret: string): number
  /** What is in force now, the latest first. */
  measures(): readonly Measure[]
  /** Refuses by hand. The only way to refuse a network. */
  ban(order: OrderedBan, by: string): Ban
  /** Ends a measure, at all processes, and forgets what was counted for it. False: there is none. */
  undo(id: string, by: string): boolean
  /** The last 1_000, the latest first. */
  alerts(): readonly Alert[]
  /** What was found and done in order of time; of one principal where an address or a user is given. */
  timeline(about?: Pick<Principal, 'ip' | 'user'>): readonly ChainRecord[]
  onAlert(listener: OnAlert): () => void
  onDecision(listener: (decision: Decision) => void): () => void
  /** Changes the rules. Those that stay as they are keep what they have counted. Throws ST001. */
  setRules(rules: SecurityRules): void
  /**
   * Changes who is allowed, and which lists are refused. What rules have done about those who are allowed now is undone. A list that cannot
   * be read leaves what it had in force. Throws ST001.
   */
  setLists(lists: Pick<SecurityOptions, 'allow' | 'blockLists'>): void
  /** Reads all block lists again, now. */
  readLists(): void
  report(): SecurityReport
  /** Hears of the other processes and reads block lists from now on. Never rejects. */
  start(): Promise<void>
  stop(): Promise<void>
}
