import type { Clock } from '../../bus/clock.js'
import type { Ops } from '../../bus/ops.js'
import { nodeClock } from '../node-clock.js'
import { toEndpoint } from './endpoint.js'
import type { ExchangeOptions, ExchangeRequest, ModelExchange } from './model-exchange.js'
import { ObservedExchange } from './observed-exchange.js'

/**
 * Watches an HTTP exchange with a model provider and records it as a model call. Answers undefined when method and path
 * are not those of a model call; whether it is one for certain shows in the body.
 */
export function observeExchange(
  ops: Ops,
  request: ExchangeRequest,
  options: ExchangeOptions,
  clock: Clock = nodeClock,
): ModelExchange | undefined {
  try {
    const endpoint = toEndpoint(request.method, request.url.pathname)
    return endpoint && new ObservedExchange(ops, request, endpoint, options, clock)
  } catch (error) {
    ops.fault('The observation of a model call', error)
    return undefined
  }
}
