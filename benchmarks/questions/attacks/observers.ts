import { crowdSec } from './crowdsec.ts'
import { fail2ban } from './fail2ban.ts'
import type { Observer } from './observer.ts'
import { ours } from './ours.ts'

/** S-Tier first, then whichever of the others is installed. */
export async function observers(): Promise<readonly Observer[]> {
  const others = { fail2ban: fail2ban(), CrowdSec: crowdSec() }
  for (const [name, { length }] of Object.entries(others)) {
    if (length === 0) console.log(`${name} is not installed, so it does not take part`)
  }
  return [ours, ...others.fail2ban, ...others.CrowdSec]
}
