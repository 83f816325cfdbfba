import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Tests of whole servers first: they are long and wait, and nothing is worse than to wait for the last one of them alone. */
class ServersFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const long = sorted.filter(({ moduleId }) => LONG.test(moduleId))
    return [...long, ...sorted.filter(file => !long.includes(file))]
  }
}
const LONG = /\/backend\/tests\/(failover|fleet|process|coherence|cache|examples|docs)\//

/** Loads the tests of other files once more, in another setting: so it needs modules that nobody has loaded before. */
const AGAIN = 'backend/tests/clients/postgrest-js-cached.test.ts'

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // What a test waits for comes sooner or later on a busy machine too: only never is a failure.
    expect: { poll: { timeout: 15_000 } },
    // Real servers and clocks on a busy machine: where nobody looks on, a test may try once more. Which did is told at the end.
    retry: process.env['CI'] ? 1 : 0,
    // Vitest leaves a processor free; but many tests wait for servers, so one more than there are is rather right.
    maxWorkers: availableParallelism() + 1,
    // Each file with modules of its own costs more than all pure tests together: loading them was a third of the time. So no
    // module may keep anything that another file could find; what does needs a process of its own.
    isolate: false,
    sequence: { sequencer: ServersFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'backend',
          include: ['backend/src/**/*.test.ts', 'backend/tests/**/*.test.ts'],
          exclude: [AGAIN],
          globalSetup: ['backend/tests/support/global-setup.ts'],
          setupFiles: ['backend/tests/support/fast-check.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'again',
          include: [AGAIN],
          isolate: true,
          globalSetup: ['backend/tests/support/global-setup.ts'],
        },
      },
      // The repository's own tools: no database.
      { extends: true, test: { name: 'tools', include: ['{scripts,benchmarks}/**/*.test.ts'] } },
    ],
    coverage: {
      provider: 'v8',
      include: ['backend/src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/testing/**'],
      thresholds: { lines: 95, branches: 90 },
    },
  },
})
