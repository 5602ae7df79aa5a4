import { pino } from 'pino'
import { FIELDS } from '../line.js'

/**
 * No server: pino's default destination, synchronous, to /dev/null.
 * @returns {Promise<import('../host.js').Server>}
 */
export async function start() {
  const logger = pino(pino.destination('/dev/null'))
  return {
    port: 0,
    path: '',
    publish: ({ source, message }) => logger.info({ source, ...FIELDS }, message),
    stop() {},
  }
}
