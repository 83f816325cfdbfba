import type { World } from './world.ts'

/** A flag of a command itself. The options of the server are flags too, but come from the configuration. */
export interface FlagSpec {
  /** With its dashes: `--claim`. */
  readonly name: string
  /** What stands for its value in the help, such as `k=v`; undefined when it takes none. */
  readonly value?: string
  readonly summary: string
}

export interface Arguments {
  readonly positionals: readonly string[]
  /** Every value of a flag in order, by its name with the dashes; `true` for one without a value. */
  readonly flags: ReadonlyMap<string, readonly string[]>
}

export interface Command {
  readonly name: string
  /** What stands after the name: `[postgres://…]`. */
  readonly usage: string
  readonly summary: string
  readonly flags: readonly FlagSpec[]
  /** It takes the options of the server as well. */
  readonly takesOptions: boolean
  readonly positionalsMax: number
  readonly examples: readonly string[]
  /** Resolves to the exit code. */
  run(given: Arguments, world: World): Promise<number>
}

/** The last value of a flag that may be given once. */
export function valueOf({ flags }: Arguments, name: string): string | undefined {
  return flags.get(name)?.at(-1)
}
