import { nearest, option } from '../../base/index.ts'
import {
  ChaosError,
  EXPERIMENT_FOR_MS_MAX,
  type Experiment,
  type Fault,
} from '../../capabilities/breaker/index.ts'
import { ConnectionError } from '../../capabilities/pool/index.ts'
import { ExperimentError } from './errors.ts'

/** All nodes. */
const ALL = '*'
/** A call that is late outlives its experiment, in milliseconds: not by long. */
const LATENCY_MS_MAX = 60_000

type Members = Readonly<Record<string, unknown>>

const LENGTH = option.duration({ min: 1, max: EXPERIMENT_FOR_MS_MAX })
const SHARE = option.number({ min: 0, max: 1 })
const KIND = option.oneOf('error', 'freeze', 'latency')
const LATENCY = option.duration({ min: 1, max: LATENCY_MS_MAX })
const JITTER = option.duration({ min: 0, max: LATENCY_MS_MAX })

/**
 * The experiment that a body asks for. `targets`: the names that there are. Throws ST515, which says what of it is wrong: what is
 * misspelt would otherwise be an experiment that shows nothing.
 */
export function readExperiment(body: unknown, targets: readonly string[]): Experiment {
  const { target, fault, probability, forMs } = membersOf(parsed(body), '', MEMBERS)
  return {
    target: targetOf(target, targets),
    fault: faultOf(fault),
    probability: probability === undefined ? 1 : checked('probability', SHARE, probability),
    forMs: checked('forMs', LENGTH, forMs),
  }
}

const MEMBERS = ['target', 'fault', 'probability', 'forMs'] as const
const FAULT_MEMBERS = ['kind', 'latencyMs', 'jitterMs'] as const

function parsed(body: unknown): unknown {
  try {
    return JSON.parse(Buffer.isBuffer(body) ? body.toString('utf8') : '')
  } catch {
    throw new ExperimentError('The body is not JSON', EXAMPLE)
  }
}

const EXAMPLE =
  'Send such as {"target":"db1:5432","fault":{"kind":"latency","latencyMs":200},"forMs":60000}.'

/** An object that has no other members. `place`: what its members' names begin with. */
function membersOf(value: unknown, place: string, names: readonly string[]): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ExperimentError('The body is not an object', EXAMPLE)
  }
  const unknown = Object.keys(value).find(name => !names.includes(name))
  if (unknown === undefined) return value as Members
  const similar = nearest(unknown, names)
  throw new ExperimentError(
    `An experiment has no '${place}${unknown}'`,
    similar === undefined
      ? `There are ${names.map(name => place + name).join(', ')}.`
      : `Perhaps you meant '${place}${similar}'.`,
  )
}

function targetOf(value: unknown, targets: readonly string[]): string {
  const target = checked('target', option.text(), value)
  if (target === ALL || targets.includes(target)) return target
  const similar = nearest(target, targets)
  throw new ExperimentError(
    `There is no node '${target}'`,
    similar === undefined
      ? `There are ${targets.join(', ')}, and ${ALL} for all.`
      : `Perhaps you meant '${similar}'.`,
  )
}

/** A kind that needs nothing else may stand alone: `"fault":"freeze"`. */
function faultOf(value: unknown): Fault {
  const given = typeof value === 'object' ? value : { kind: value }
  const members = membersOf(given, 'fault.', FAULT_MEMBERS)
  const kind = checked('fault.kind', KIND, members['kind'])
  if (kind === 'latency') return latencyOf(members)
  membersOf(given, 'fault.', ['kind'])
  return kind === 'freeze' ? { kind } : { kind, error: unreachable }
}

function latencyOf({ latencyMs, jitterMs = 0 }: Members): Fault {
  return {
    kind: 'latency',
    latencyMs: checked('fault.latencyMs', LATENCY, latencyMs),
    jitterMs: checked('fault.jitterMs', JITTER, jitterMs),
  }
}

/** As a node that refuses connections: nothing was sent, so that what may run elsewhere does. */
function unreachable(node: string): ConnectionError {
  return new ConnectionError('PGRST000', new ChaosError(node))
}

function checked<T>(name: string, check: option.Check<T>, value: unknown): T {
  const read = check.read(value)
  if (read !== undefined) return read
  const given = value === undefined ? ', and is missing' : `, not ${JSON.stringify(value)}`
  throw new ExperimentError(`${name} must be ${check.expects}${given}`, EXAMPLE)
}
