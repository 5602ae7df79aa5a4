/**
 * What scripts/test.js closes with.
 * @typedef {{ passed: number, failed: number, skipped: string[] }} Count
 */

/** A vitest reporter that counts the results and sends them to the process that started vitest, if one listens. */
export default class CountReporter {
  /**
   * @param {ReadonlyArray<import('vitest/node').TestModule>} modules
   * @param {ReadonlyArray<unknown>} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    /** @type {Count} */
    const count = { passed: 0, failed: unhandledErrors.length, skipped: [] }
    for (const module of modules) {
      // A file or a block that fails outside its tests counts as one failure: its tests are merely skipped.
      for (const part of [module, ...module.children.allSuites()])
        if (part.errors().length > 0) count.failed++
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') count.passed++
        else if (state === 'skipped') count.skipped.push(`${module.relativeModuleId} > ${test.fullName}`)
        else count.failed++
      }
    }
    process.send?.(count)
  }
}
