#!/usr/bin/env node
import closeWithGrace from 'close-with-grace'
import { buildApp, buildOtlpApp } from './app.js'
import { parseCommand, USAGE, type ServeConfig } from './config.js'
import { createOps } from './create-ops.js'
import { OpsError } from './errors.js'
import { listen } from './listen.js'
import { VERSION } from './version.js'

/** Milliseconds after which the last connections are cut, and after which the process ends anyway. */
const CUT_AFTER = 400
const END_AFTER = 900

async function serve({ host, port, service, otlpPort, otlp, ingest, proxy }: ServeConfig): Promise<void> {
  const ops = createOps({ service, version: VERSION })
  const app = await buildApp(ops, { otlp, ingest, proxy })
  const otlpApp = otlpPort === undefined ? undefined : buildOtlpApp(ops, otlp)
  const url = await listen(app, { host, port, hint: '--port' })
  const otlpUrl = otlpApp && (await listen(otlpApp, { host, port: otlpPort!, hint: '--otlp' }))
  const servers = otlpApp === undefined ? [app] : [app, otlpApp]
  closeWithGrace({ delay: END_AFTER, logger: false }, async ({ err }) => {
    if (err !== undefined) console.error('opswire:', err)
    // A request that never comes to its end must not hold the others up.
    setTimeout(() => servers.forEach(({ server }) => server.closeAllConnections()), CUT_AFTER).unref()
    await Promise.all(servers.map((each) => each.close()))
  })
  console.log(`opswire dashboard: ${url}/`)
  if (otlpUrl !== undefined) console.log(`opswire takes OpenTelemetry on ${otlpUrl}`)
}

try {
  const command = parseCommand(process.argv.slice(2))
  if (command.name === 'help') console.log(USAGE)
  else if (command.name === 'version') console.log(VERSION)
  else await serve(command.config)
} catch (error) {
  console.error(error instanceof OpsError ? `opswire: ${error.message}` : error)
  process.exit(1)
}
