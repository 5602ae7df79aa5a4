import axe from 'axe-core'
import type { Page } from 'playwright-core'

/**
 * What axe finds wrong with a page as it is now: rule, place, and why. In the dark with every rule, in the light only
 * with the one that depends on it.
 */
export async function findViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const found: string[] = []
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    const violations = await page.evaluate(async (isWhole) => {
      const { run } = (globalThis as unknown as { axe: typeof axe }).axe
      const options: axe.RunOptions = { resultTypes: ['violations'] }
      const results = await run(document, isWhole ? options : { ...options, runOnly: ['color-contrast'] })
      return results.violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id} at ${String(target)}: ${failureSummary ?? ''}`),
      )
    }, colorScheme === 'dark')
    found.push(...violations.map((text) => `${colorScheme}: ${text}`))
  }
  return found
}
