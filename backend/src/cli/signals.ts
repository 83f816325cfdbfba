import type { Clock } from '../base/index.ts'
import type { SignalSource } from './world.ts'

/** Signals that end the process, with their numbers: a process that one of them ends exits with 128 + number. */
const STOPS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const
type StopSignal = keyof typeof STOPS

/** Under npm one Ctrl-C can arrive twice, from the terminal and passed on by npm: within this time it is the same one. */
const ECHO_MS = 300

export interface SignalHandling {
  /** Resolves to the first signal that asks to stop. From then on a second one ends the process at once. */
  stopped(): Promise<string>
  /** What the signals that ask to reload do. */
  onReload(reload: () => void): void
}

export interface SignalRules {
  readonly exit: (code: number) => void
  readonly clock: Clock
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
  { exit, clock, isTerminal }: SignalRules,
): SignalHandling {
  let stop: ((name: string) => void) | undefined
  let reload = () => {}
  let stoppedAt = Number.NEGATIVE_INFINITY

  function stopOn(name: StopSignal): void {
    source.on(name, () => {
      if (clock.now() - stoppedAt < ECHO_MS) return
      if (stop === undefined) return exit(128 + STOPS[name])
      stoppedAt = clock.now()
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
