import type { Ops } from '../../bus/ops.js'
import type { ExchangeOptions, ExchangeRequest, ModelExchange } from './model-exchange.js'

/**
 * Watches an HTTP exchange with a model provider and records it as a model call. Answers undefined when method and path
 * are not those of a model call; whether it is one for certain shows in the body.
 */
export function observeExchange(
  _ops: Ops,
  _request: ExchangeRequest,
  _options: ExchangeOptions,
): ModelExchange | undefined {
  return undefined
}
