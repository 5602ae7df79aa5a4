// npm run check: everything but the tests. Runs every step, shows the output of those that fail, and names them.
import { install, requireNode } from './prepare.js'
import { capture, fail, npm, tool } from './run.js'

requireNode()
await install()

/** @type {Record<string, import('./run.js').Command[]>} */
const STEPS = {
  format: [[...tool('prettier'), '--check', '--log-level=warn', '.']],
  types: [[...tool('tsc', 'typescript'), '--build']],
  lint: [[...tool('eslint'), '--max-warnings=0', '.']],
  boundaries: [[...tool('vitest'), 'run', '--project=unit', 'test/package/boundaries.test.ts']],
  build: [[...npm(), 'run', 'build']],
  unused: [tool('knip')],
  package: [
    [...tool('publint'), '--strict'],
    [...tool('attw', '@arethetypeswrong/cli'), '--pack', '--profile=esm-only'],
  ],
}

const failed = []
for (const [name, commands] of Object.entries(STEPS)) {
  const start = performance.now()
  let result = { ok: true, output: '' }
  // A step's later command would judge what the earlier one found broken.
  for (const command of commands) if (result.ok) result = await capture(command)
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${result.ok ? 'ok    ' : 'FAILED'}  ${name.padEnd(10)} ${seconds.padStart(5)} s`)
  if (result.ok) continue
  failed.push(name)
  console.log(`\n${result.output}\n`)
}
if (failed.length > 0) fail(`check failed: ${failed.join(', ')}`)
console.log('check passed')
