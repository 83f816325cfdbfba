import { parseTargets, type Target } from '../capabilities/pool/index.ts'
import type { Config } from '../config.ts'
import { type Arguments, type Command, valueOf } from './command.ts'
import { DatabaseMissingError } from './database-missing.ts'
import { EXIT } from './failure.ts'
import { carryOut } from './failover/carry-out.ts'
import { type FailoverNode, lookAt, nameOf } from './failover/look.ts'
import { planFailover } from './failover/plan.ts'
import { shownNodes, shownPlan } from './failover/shown.ts'
import { readSettings } from './settings.ts'
import { UsageError } from './usage-error.ts'
import type { World } from './world.ts'

/** Promotes a standby where nobody else does: no Patroni, no cloud. Tells first, and does nothing without `--yes`. */
export const failover: Command = {
  name: 'failover',
  usage: '[postgres://… …] [--yes] [--switchover] [--to host:port]',
  summary: 'Make a standby the primary, where no cluster manager does.',
  flags: [
    { name: '--yes', summary: 'Do it. Default: tell what would be done.' },
    { name: '--switchover', summary: 'Replace a primary that lives: it is made read-only first.' },
    {
      name: '--to',
      value: 'host:port',
      summary: 'The standby to promote. Default: the one that has received most.',
    },
  ],
  takesOptions: false,
  positionalsMax: 64,
  examples: [
    's-tier failover postgres://postgres@db1,db2,db3/app          # see what is there',
    's-tier failover postgres://postgres@db1,db2,db3/app --yes    # the primary has died',
    's-tier failover postgres://postgres@db1,db2/app --switchover --to db2:5432 --yes',
  ],

  async run(given: Arguments, world: World): Promise<number> {
    const nodes = await nodesOf(given, world)
    const seen = await lookAt(nodes)
    world.out(shownNodes(seen))
    const to = valueOf(given, '--to')
    const plan = planFailover(seen, { isSwitchover: given.flags.has('--switchover'), to })
    if (plan.kind === 'nothing') {
      world.out(`${plan.primary.name} is the primary: there is nothing to do\n${SWITCHOVER}`)
      return EXIT.ok
    }
    world.out(shownPlan(plan))
    if (!given.flags.has('--yes')) {
      world.out('Nothing was done. Add --yes to do it.\n')
      return EXIT.ok
    }
    await carryOut(plan, nodes, line => world.out(`${line}\n`))
    return EXIT.ok
  },
}

const SWITCHOVER = 'To put a standby in its place, add --switchover.\n'

async function nodesOf(given: Arguments, world: World): Promise<readonly FailoverNode[]> {
  const config = await readSettings(given, world)
  const targets = new Map(targetsOf(given, world, config).map(each => [nameOf(each), each]))
  if (targets.size < 2) {
    throw new UsageError(
      'A failover needs at least two nodes',
      'Name them all: s-tier failover postgres://postgres@db1,db2,db3/app',
    )
  }
  const { withDatabase } = await import('../database.ts') // Other commands do without a driver.
  const { connectTimeoutMs } = config.pool
  return [...targets].map(([name, target]) => ({
    name,
    target,
    use: work => withDatabase(target, connectTimeoutMs, work),
  }))
}

function targetsOf(
  { positionals }: Arguments,
  { environment }: World,
  { database }: Config,
): readonly Target[] {
  const { url, replicas } = database
  if (positionals.length === 0 && url === undefined) throw new DatabaseMissingError('failover')
  const urls = positionals.length > 0 ? positionals : [url ?? '', ...replicas]
  return urls.flatMap(each => parseTargets(each, environment))
}
