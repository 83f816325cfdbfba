import { randomUUID } from 'node:crypto'
import type { Alert } from '../../../src/capabilities/security/index.ts'

/** An alert as a rule makes it; parts of it as the test wants. */
export function anAlert(parts: Partial<Alert> = {}): Alert {
  return {
    id: randomUUID(),
    rule: 'brute-force',
    level: 'high',
    mitre: 'T1110.001',
    principal: { kind: 'user+ip', user: 'ada', ip: '203.0.113.7' },
    atMs: 1_000,
    count: 5,
    summary: `'ada' from 203.0.113.7: 5 different wrong credentials within 60 s`,
    evidence: [`1970-01-01T00:00:01.000Z auth.failed from 203.0.113.7 as 'ada'`],
    suggestion: 'If it goes on, refuse the address in front of the server; tell the user.',
    outcome: 'watched',
    node: 'one',
    ...parts,
  }
}
