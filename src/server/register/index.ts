import cluster from 'node:cluster'
import { writeSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import { createOps } from '../create-ops.js'
import { observeExchange } from '../observe/observe-exchange.js'
import { readConfig, type RegisterConfig } from './config.js'
import { readPackageFacts } from './package-facts.js'
import { watchApp } from './watch-app.js'
import type { Watch } from './watch.js'

/*
 * `node --import opswire/register app.js`: shows what an app does, without a change to it. Runs before the app, and so
 * must be quick, must not throw, and must not print but what an operator wants to know.
 */

/** The same in every copy of this package: an app is watched once. */
const WATCHED = Symbol.for('opswire.register')
/** Milliseconds after the app's first turn; by then it has loaded what it is made of, or is through. */
const DASHBOARD_DELAY = 300
const STANDARD_ERROR = 2

function register(): void {
  const shared = globalThis as { [WATCHED]?: true }
  // A worker thread has clients and a console of its own; what it does is not shown, and not disturbed.
  if (!isMainThread || shared[WATCHED] === true) return
  const config = readConfig()
  if (!config.isOn) return
  shared[WATCHED] = true
  for (const complaint of config.complaints) say(complaint)
  const facts = readPackageFacts(process.argv[1], process.cwd())
  const ops = createOps({
    service: config.service ?? facts.name ?? 'node',
    ...(facts.version !== undefined && { version: facts.version }),
    // Nothing that is seen from outside tells of sessions or a queue; the app may, by POST /api/ingest.
    hidesUntold: true,
  })
  const watch: Watch = {
    ops,
    observe: (request, options) => observeExchange(ops, request, options),
    fault: (place, error) => ops.fault(place, error),
  }
  watchApp(watch)
  // Viewers still get the last lines, and a farewell.
  process.once('exit', () => {
    try {
      ops.close()
    } catch {
      // The app ends as it would have, and nobody is left to be told.
    }
  })
  setTimeout(() => void serve(watch, config), DASHBOARD_DELAY).unref()
}

async function serve(watch: Watch, config: RegisterConfig): Promise<void> {
  // The primary of a cluster hands work on; the workers, who do it, have a dashboard each.
  if (cluster.isPrimary && Object.keys(cluster.workers ?? {}).length > 0) return
  try {
    const { startDashboard } = await import('./dashboard.js')
    const worker = cluster.worker === undefined ? '' : ` of worker ${cluster.worker.id}`
    await startDashboard(watch, config, (address) => say(`dashboard${worker}: ${address}/`))
  } catch (error) {
    say(`no dashboard: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Past the stream: where nobody reads standard error any more, its `error` event would end an app that is silent itself. */
function say(text: string): void {
  try {
    writeSync(STANDARD_ERROR, `opswire: ${text}\n`)
  } catch {
    // There is nowhere else to tell it.
  }
}

try {
  register()
} catch (error) {
  say(`not started: ${error instanceof Error ? error.message : String(error)}`)
}
