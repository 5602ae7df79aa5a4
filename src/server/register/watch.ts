import type { Ops } from '../../bus/ops.js'
import type { ExchangeOptions, ExchangeRequest, ModelExchange } from '../observe/model-exchange.js'

/** What the hooks in a foreign app work with. */
export interface Watch {
  readonly ops: Ops
  /** Undefined for what is no model call. May throw, as whatever it answers may; the hooks hold that. */
  observe(request: ExchangeRequest, options: ExchangeOptions): ModelExchange | undefined
  /** Counts a fault of a hook. Never throws. */
  fault(place: string, error: unknown): void
}

/** Runs a part of a hook. What it throws is a fault of `place`, and the answer undefined. */
export function attempt<Result>(
  watch: Pick<Watch, 'fault'>,
  place: string,
  part: () => Result,
): Result | undefined {
  try {
    return part()
  } catch (error) {
    watch.fault(place, error)
    return undefined
  }
}

/** A callback for a foreign caller: it never throws into it. */
export function guarded<Args extends unknown[]>(
  watch: Watch,
  place: string,
  callback: (...args: Args) => void,
): (...args: Args) => void {
  return (...args) => {
    try {
      callback(...args)
    } catch (error) {
      watch.fault(place, error)
    }
  }
}
