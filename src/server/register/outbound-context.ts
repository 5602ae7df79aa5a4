import type { ExchangeOptions } from '../observe/model-exchange.js'
import { soleInbound } from './connection.js'
import { currentInbound, followInbounds, isFollowing } from './context.js'

/**
 * What a model call that begins now belongs to: the request of the app in whose course it is made. It is asked once the
 * call is certain to be one. Requests are followed from the first call on; that one belongs to the only request in flight,
 * if there is but one.
 */
export function currentContext(): NonNullable<ExchangeOptions['context']> {
  const inbound = isFollowing() ? currentInbound() : soleInbound()
  return {
    get requestId() {
      followInbounds()
      return inbound?.show()
    },
  }
}
