// What do fail2ban and CrowdSec see of what S-Tier notices, in the log of the same requests?
import type { Study } from '../harness/trial.ts'
import { benign } from './attacks/benign.ts'
import { scripted } from './attacks/scripted.ts'

export const attacks: Study = { name: 'attacks', packages: [], trials: [scripted, benign] }
