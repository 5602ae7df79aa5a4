// npm start: installs and builds what is missing, then runs the sample gateway until it ends.
import { build, install, requireNode } from './prepare.js'
import { foreground } from './run.js'

requireNode()
await install()
await build()
process.exitCode = await foreground(['build/gateway/main.js', ...process.argv.slice(2)])
