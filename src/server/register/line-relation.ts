import type { Level } from '../../bus/protocol.js'
import { currentInbound } from './context.js'

/** The id of the request in whose course a line is written. One with trouble is shown, however busy the server. */
export function relateLine(level: Level): string | undefined {
  const inbound = currentInbound()
  if (inbound === undefined) return undefined
  if (level !== 'error' && level !== 'fatal') return inbound.id
  inbound.isLogged = true
  return inbound.show()
}
