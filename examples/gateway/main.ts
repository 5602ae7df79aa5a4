import closeWithGrace from 'close-with-grace'
import { buildGateway } from './app.js'
import { ConfigError, readConfig, type GatewayConfig } from './config.js'
import { toLocalUrl } from './listen-address.js'

/** Milliseconds after which the last connections are cut, and after which the process ends anyway. */
const CUT_AFTER = 400
const END_AFTER = 900

await start(settle())

async function start(config: GatewayConfig): Promise<void> {
  const app = await buildGateway(config)
  closeWithGrace({ delay: END_AFTER, logger: false }, async ({ err }) => {
    if (err) process.stderr.write(`flynn: ${err.stack ?? err.message}\n`)
    setTimeout(() => app.server.closeAllConnections(), CUT_AFTER).unref()
    await app.close()
  })
  try {
    await app.listen({ port: config.port, host: config.host })
  } catch (error) {
    stop(explain(error, config))
  }
  const admin = `${toLocalUrl(app, config.host)}/`
  process.stdout.write(`opswire dashboard: ${admin}ops/  (admin: ${admin})\n`)
}

function settle(): GatewayConfig {
  try {
    return readConfig()
  } catch (error) {
    if (error instanceof ConfigError) stop(error.message)
    throw error
  }
}

/** What to do about an address that cannot be listened on, in one line. */
function explain(error: unknown, { host, port }: GatewayConfig): string {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'EADDRINUSE') {
    const other = port < 65_000 ? port + 100 : 3100
    return `port ${port} is in use; choose another one: PORT=${other} npm start`
  }
  if (code === 'EACCES') return `port ${port} needs more rights; choose another one: PORT=3100 npm start`
  return `cannot listen on ${host}, port ${port} (${code ?? String(error)}); accepted: an address of this machine`
}

function stop(message: string): never {
  process.stderr.write(`flynn: ${message}\n`)
  process.exit(1)
}
