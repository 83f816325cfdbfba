/** The part of V8's .cpuprofile format that counts: https://chromedevtools.github.io/devtools-protocol/tot/Profiler/ */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: {
      readonly functionName: string
      readonly url: string
      readonly lineNumber: number
    }
  }[]
  /** The node that each sample found running, and the time since the sample before, in microseconds. */
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

export interface FunctionTime {
  /** `compileRead (backend/dist/query/sql/read.js:12)`. */
  readonly name: string
  readonly selfMicros: number
  /** Of all time that was not idle. */
  readonly share: number
}

/** The functions in which most time was spent themselves, without what they called; idle time is left out. */
export function topFunctions(profile: CpuProfile, count: number): readonly FunctionTime[] {
  const names = new Map(profile.nodes.map(node => [node.id, nameOf(node.callFrame)]))
  const times = new Map<string, number>()
  profile.samples.forEach((id, index) => {
    const name = names.get(id) ?? '(unknown)'
    times.set(name, (times.get(name) ?? 0) + (profile.timeDeltas[index] ?? 0))
  })
  times.delete('(idle)')
  const total = [...times.values()].reduce((sum, micros) => sum + micros, 0)
  return [...times]
    .map(([name, selfMicros]) => ({ name, selfMicros, share: selfMicros / total }))
    .sort((a, b) => b.selfMicros - a.selfMicros)
    .slice(0, count)
}

function nameOf(frame: CpuProfile['nodes'][number]['callFrame']): string {
  const name = frame.functionName === '' ? '(anonymous)' : frame.functionName
  if (frame.url === '') return name
  const file = frame.url.replace(/^.*\/node_modules\//, '').replace(/^.*\/(?=backend\/dist\/)/, '')
  return `${name} (${file}:${frame.lineNumber + 1})`
}
