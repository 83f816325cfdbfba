import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // What a test waits for comes sooner or later on a busy machine too: only never is a failure.
    expect: { poll: { timeout: 15_000 } },
    // Vitest leaves a processor free; many tests wait for servers, so on two of them that would double the time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        extends: true,
        test: {
          name: 'backend',
          include: ['backend/src/**/*.test.ts', 'backend/tests/**/*.test.ts'],
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
