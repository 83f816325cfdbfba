import type { RuleSettings } from '../rule.ts'
import { AnomalyDetector } from './anomaly.ts'
import { BruteForceDetector } from './brute-force.ts'
import { CountDetector } from './count.ts'
import type { Detector, DetectorParts } from './detector.ts'
import { EnumerationDetector } from './enumeration.ts'
import { MassReadDetector } from './mass-read.ts'
import { ProbingDetector } from './probing.ts'
import { SequenceDetector } from './sequence.ts'
import { SlowDetector } from './slow.ts'
import { TokenAgeDetector } from './token-age.ts'
import { TokenReplayDetector } from './token-replay.ts'

/** `purpose` keeps what one rule has seen apart from what others have. */
export function makeDetector(rule: RuleSettings, parts: DetectorParts, purpose: number): Detector {
  switch (rule.detector) {
    case 'count':
    case 'distinct':
      return new CountDetector(rule, parts, purpose)
    case 'brute-force':
      return new BruteForceDetector(rule, parts)
    case 'slow':
      return new SlowDetector(rule, parts)
    case 'token-replay':
      return new TokenReplayDetector(rule, parts)
    case 'token-age':
      return new TokenAgeDetector(rule)
    case 'probing':
      return new ProbingDetector(rule, parts, purpose)
    case 'enumeration':
      return new EnumerationDetector(rule, parts)
    case 'mass-read':
      return new MassReadDetector(rule, parts)
    case 'anomaly':
      return new AnomalyDetector(rule, parts)
    case 'sequence':
      return new SequenceDetector(rule, parts)
  }
}
