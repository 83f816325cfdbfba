import type { Config } from '../../config.ts'
import type { Arguments } from '../command.ts'
import type { World } from '../world.ts'

export type Method = 'GET' | 'POST' | 'DELETE'

/** What an action is given. */
export interface Asked {
  readonly argument: string | undefined
  readonly given: Arguments
  readonly world: World
  readonly config: Config
  /** The running server. */
  readonly ask: (method: Method, path: string, body?: object) => Promise<unknown>
}

/** What it answers: for people, and for programs. */
export interface Told {
  readonly text: string
  readonly value?: unknown
  readonly code?: number
}

export type Action = (asked: Asked) => Promise<Told> | Told
