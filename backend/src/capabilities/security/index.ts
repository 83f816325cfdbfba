// Notices attacks: it is told what happened where it was decided, counts it in bounded memory, and says at once what is to be done about
// whoever it was. Nobody is refused for what others do to them.
export type { Alert, OnAlert, Outcome } from './alert.ts'
export {
  type Alerting,
  type AlertingReport,
  type AlertingSetup,
  openAlerting,
} from './alerts/alerting.ts'
export {
  type Acted,
  type AttackOutcome,
  type BackTest,
  backTest,
  type Labelled,
  type RuleOutcome,
} from './alerts/back-test.ts'
export type { ChannelReport } from './alerts/channel.ts'
export type { AlertChannel, AlertChannels, ChannelKind } from './alerts/channel-rules.ts'
export {
  AlertUndeliveredError,
  RecordUnreadableError,
  SpoolUnusableError,
} from './alerts/errors.ts'
export type { SecurityAlertingEvent } from './alerts/events.ts'
export type { Notice, NoticeKind } from './alerts/notice.ts'
export {
  ALERTING_CHECKS,
  ALERTING_DEFAULTS,
  type AlertingOptions,
  type AlertingRules,
  securityParts,
} from './alerts/options.ts'
export {
  readEvents,
  type RecordedEvent,
  type RecordExpectation,
  verifyRecord,
} from './alerts/recorded.ts'
export type { Silence } from './alerts/silences.ts'
export type { AlertSink, Remark } from './alerts/sink.ts'
export { BUILT_IN_RULES } from './built-in-rules.ts'
export {
  CHAIN_ORIGIN,
  type ChainExpectation,
  type ChainRecord,
  type ChainVerdict,
  type RecordKind,
  verifyChain,
} from './chain.ts'
export { bannedNetworks } from './banned-networks.ts'
export { BannedError, BrokenChainError } from './errors.ts'
export type { SecurityMonitorEvent } from './events.ts'
export {
  type RouteSecurity,
  securityPlugin,
  type SecurityPluginOptions,
  type ToldOfRequest,
} from './fastify.ts'
export type { BlockList, BlockLists } from './lists/options.ts'
export { createSecurityMonitor, type SecuritySetup } from './monitor.ts'
export type { Decision, OrderedBan, SecurityMonitor } from './monitor-types.ts'
export {
  SECURITY_CHECKS,
  SECURITY_DEFAULTS,
  type SecurityOptions,
  type SecuritySettings,
} from './options.ts'
export type { BlockListReport, RuleReport, SecurityReport, SharingReport } from './report.ts'
export {
  DETECTOR_NAMES,
  type DetectorName,
  type DistinctOf,
  type Exemption,
  RULE_DEFAULTS,
  type RuleSettings,
  type SecurityRule,
  type SecurityRules,
  type SequenceStep,
} from './rule.ts'
export { RULES_CHECK, settleRules } from './rule-check.ts'
export { parseRuleTests, RuleTestsError } from './rule-tests/parse.ts'
export { runRuleTests } from './rule-tests/run.ts'
export type {
  ExpectedFinding,
  RuleTest,
  RuleTestResult,
  RuleTests,
  TestEvent,
} from './rule-tests/types.ts'
export type { SecurityRedis } from './shared/redis.ts'
export { shown } from './shown.ts'
export {
  type SimulatedAlert,
  type Simulation,
  type SimulationSetup,
  simulate,
  testRule,
} from './test-rule.ts'
export {
  type Ban,
  EVENT_KINDS,
  type EventKind,
  LEVELS,
  type Level,
  type Measure,
  NOTHING,
  type Principal,
  type PrincipalKind,
  type Reason,
  type Response,
  RESPONSE_KINDS,
  type ResponseKind,
  type Scope,
  type SecurityEvent,
} from './types.ts'
