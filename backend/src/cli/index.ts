// The command line: what a person types, what they read when it fails, and how a process starts and stops.
export { runCommandLine } from './commands.ts'
export { startDevDatabase } from './embedded/index.ts'
export type { SignalSource, World } from './world.ts'
