import type { SignalSource } from './world.ts'

/** Signals that end the process, with their numbers: a process that one of them ends exits with 128 + number. */
const STOPS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const
type StopSignal = keyof typeof STOPS

export interface SignalHandling {
  /** Resolves to the first signal that asks to stop. From then on a second one ends the process at once. */
  stopped(): Promise<string>
  /** What the signals that ask to reload do. */
  onReload(reload: () => void): void
}

export interface SignalRules {
  readonly exit: (code: number) => void
  /** The terminal that was closed sends SIGHUP: then it asks to stop, otherwise to reload. */
  readonly isTerminal: boolean
}

/**
 * Listens to signals from now on. Before somebody waits for `stopped()` they end the process at once, with its exit
 * handlers, so that nothing started so far is left behind. SIGUSR2 and, without a terminal, SIGHUP ask to reload.
 * Not SIGUSR1: Node opens its debugger's port on it, listener or not.
 */
export function handleSignals(
  source: SignalSource,
  { exit, isTerminal }: SignalRules,
): SignalHandling {
  let stop: ((name: string) => void) | undefined
  let reload = () => {}

  function stopOn(name: StopSignal): void {
    source.on(name, () => {
      if (stop === undefined) return exit(128 + STOPS[name])
      const first = stop
      stop = undefined
      first(name)
    })
  }

  stopOn('SIGINT')
  stopOn('SIGTERM')
  if (isTerminal) stopOn('SIGHUP')
  else source.on('SIGHUP', () => reload())
  source.on('SIGUSR2', () => reload())

  return {
    stopped: () =>
      new Promise(resolve => {
        stop = resolve
      }),
    onReload(callback) {
      reload = callback
    },
  }
}
