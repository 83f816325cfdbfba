import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { writeFigures } from './figures-page.ts'
import { cpuCount, cpuModel, currentCommit, saveTrials } from './report.ts'
import type { Extent, Outcome, Study, Trial } from './trial.ts'
import { renderMarkdown, renderOutcome } from './trial-report.ts'

/** A study that takes longer has got stuck, in milliseconds. */
const TIME_MAX_MS: Readonly<Record<Extent, number>> = { full: 240_000, quick: 40_000 }

/**
 * Runs the trials one after the other, prints each outcome, keeps the raw figures and, after a full run, writes the
 * figures into the study's page. Answers whether all bars are met.
 */
export async function runStudy(
  study: Study,
  trials: readonly Trial[],
  extent: Extent,
): Promise<boolean> {
  const stuck = setTimeout(() => giveUp(study, extent), timeMaxMs(study, extent))
  const facts = factsOf(study, extent)
  let areMet = true
  for (const trial of trials) {
    const startedAt = performance.now()
    const outcome = await trial.run(extent)
    const seconds = Math.round((performance.now() - startedAt) / 1000)
    console.log(`${renderOutcome(trial, outcome)}\n  ${seconds} s`)
    if (extent === 'full') keep(study, trial, outcome, { ...facts, seconds })
    areMet &&= outcome.bars.every(({ isMet }) => isMet)
  }
  clearTimeout(stuck)
  return areMet
}

function timeMaxMs({ timeMaxMs: own = 0 }: Study, extent: Extent): number {
  return extent === 'full' ? Math.max(own, TIME_MAX_MS.full) : TIME_MAX_MS.quick
}

/** Processes that were started end with this one. */
function giveUp(study: Study, extent: Extent): void {
  console.error(`${study.name} has taken longer than ${timeMaxMs(study, extent) / 1000} s`)
  process.exit(1)
}

type Facts = ReturnType<typeof factsOf>

function factsOf({ packages }: Study, extent: Extent) {
  const versions = Object.fromEntries(packages.map(name => [name, versionOf(name)]))
  return {
    ...{ date: new Date().toISOString(), commit: currentCommit(), extent },
    ...{ cpu: cpuModel(), cpuCount: cpuCount() },
    versions: { 'Node.js': process.versions.node, ...versions },
  }
}

function keep(
  study: Study,
  { name, title }: Trial,
  outcome: Outcome,
  facts: Facts & { readonly seconds: number },
): void {
  const versions = { ...facts.versions, ...outcome.versions }
  const path = saveTrials(study.name, { trial: name, title, ...facts, ...outcome, versions })
  const names = Object.entries(versions).map(([what, version]) => `${what} ${version}`)
  const source = `From \`benchmarks/results/${basename(path)}\``
  const machine = `${facts.cpuCount} cores (${facts.cpu})`
  const about = `${source}: commit ${facts.commit}, ${machine}, ${names.join(', ')}.`
  writeFigures(study.name, name, `${renderMarkdown(outcome)}\n\n${about}`)
}

/** Of an installed package; its manifest need not be among its exports. */
function versionOf(name: string): string {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? []
  const path = folders.map(folder => join(folder, name, 'package.json')).find(existsSync)
  if (path === undefined) throw new Error(`${name} is not installed`)
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
}
