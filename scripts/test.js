// npm test: installs and builds what is missing, the browser too, then runs every test. Arguments go to vitest.
import { spawnSync } from 'node:child_process'
import { ensureBrowser } from './browser.js'
import { canInstall, installPackage } from './debian-package.js'
import { build, install, requireNode } from './prepare.js'
import { fail, foreground, tool } from './run.js'

/** @typedef {import('./count-reporter.js').Count} Count */

requireNode()
await install()
const args = process.argv.slice(2)
const env = { CHROMIUM_PATH: await browserPath() }
await build()
// Some tests run lines with jq; without it they are skipped, and named as such.
if (args.length === 0 && spawnSync('jq', ['--version']).error && canInstall()) await installPackage('jq')

/** @type {Count} */
let count = { passed: 0, failed: 0, skipped: [] }
const [, vitest = ''] = tool('vitest')
const reporters = ['--reporter=default', '--reporter=./scripts/count-reporter.js']
const code = await foreground([vitest, 'run', ...reporters, ...args], {
  env,
  onMessage: (message) => (count = /** @type {Count} */ (message)),
})
for (const name of args.length === 0 ? count.skipped : []) console.log(`skipped: ${name}`)
// A run that broke off before a test failed has failed too.
const failed = code === 0 ? count.failed : Math.max(count.failed, 1)
console.log(`${count.passed} passed, ${failed} failed`)
process.exitCode = failed > 0 && code === 0 ? 1 : code

/** Without a browser a selection may still run: the tests that need one fail by themselves. */
async function browserPath() {
  try {
    return await ensureBrowser()
  } catch (error) {
    const { message } = /** @type {Error} */ (error)
    if (args.length === 0) fail(message)
    process.stderr.write(`${message}\n`)
    return process.env.CHROMIUM_PATH
  }
}
