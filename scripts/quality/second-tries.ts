import type { Reporter, TestCase, TestModule } from 'vitest/node'

/**
 * Tells at the end which tests passed only when they were tried again, and what the first try said: a race in the test or in the code,
 * to be looked at.
 */
export default class SecondTries implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const again = modules.flatMap(module => [...module.children.allTests()].filter(isSecondTry))
    if (again.length === 0) return
    console.log(`\nPassed only when tried again: ${again.length}`)
    for (const test of again) {
      console.log(`  ${test.module.relativeModuleId} > ${test.fullName}`)
      for (const { message } of test.result().errors ?? []) console.log(`    ${firstLine(message)}`)
    }
  }
}

function isSecondTry(test: TestCase): boolean {
  return test.result().state === 'passed' && (test.diagnostic()?.retryCount ?? 0) > 0
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0]?.slice(0, 300) ?? ''
}
