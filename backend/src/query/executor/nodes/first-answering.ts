import type { Clock } from '../../../base/index.ts'
import { probe, type ServerFacts, type Target } from '../../../capabilities/pool/index.ts'
import type { NodeTarget } from './targets.ts'

interface Answer {
  readonly target: Target
  readonly facts: ServerFacts
}

/** Once a standby has answered, the primary gets so long to do so too, in milliseconds. */
const PREFERENCE_MS = 1_000

/**
 * A node to read the settings from: the primary or, where that does not answer soon, the first of the others. A node whose host is
 * gone without a word is not waited for. Rejects with what was wrong with the first of them, when none answers; throws
 * `DatabaseStartError`, which says what to do.
 */
export async function firstAnswering(
  targets: readonly NodeTarget[],
  timeoutMs: number,
  clock: Clock,
): Promise<Target> {
  const answers: (Answer | undefined)[] = []
  const probes = targets.map(async ({ target }, index) => {
    const answer = { target, facts: await probe(target, timeoutMs) }
    answers[index] = answer
    return answer
  })
  await enough(probes, clock)
  const known = answers.filter(answer => answer !== undefined)
  const best = known.find(({ facts }) => !facts.isStandby) ?? known[0] ?? (await probes[0])
  if (best === undefined) throw new Error('There is no node')
  return best.target
}

/** Resolves when the primary has answered, when it has had its chance, or when there is nothing more to hear. */
function enough(probes: readonly Promise<Answer>[], clock: Clock): Promise<void> {
  return new Promise(resolve => {
    let cancel: (() => void) | undefined
    const settle = (): void => {
      cancel?.()
      resolve()
    }
    const heard = ({ facts }: Answer): void => {
      if (facts.isStandby) cancel ??= clock.after(PREFERENCE_MS, settle)
      else settle()
    }
    for (const each of probes) void each.then(heard, () => undefined)
    void Promise.allSettled(probes).then(settle)
  })
}
