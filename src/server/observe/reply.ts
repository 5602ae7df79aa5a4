import type { TokenCounts } from '../../bus/messages.js'
import { TextMeter } from './text-meter.js'

/** Tokens as the provider reports them, by its own names' meaning. Each protocol says what they add up to. */
export interface Usage {
  input?: number
  cacheRead?: number
  cacheWrite?: number
  output?: number
  reasoning?: number
}

export interface ReplyError {
  message?: string
  /** Its name: most telling first. */
  code?: string
  type?: string
  status?: string
}

/** What has been learned of a model's reply so far. None of its text is in here. */
export class Reply {
  readonly text = new TextMeter()
  readonly usage: Usage = {}
  error: ReplyError | undefined
  model: string | undefined
  finishReason: string | undefined
  /** The model said that it is done, well or not. */
  isFinished = false
  /** The text's tokens when the provider last reported how many it has made. */
  #reportedAt = 0
  #hasReported = false

  report(name: keyof Usage, count: number): void {
    if (!(count >= 0 && count < Infinity)) return
    this.usage[name] = count
    if (name !== 'output' && name !== 'reasoning') return
    this.#hasReported = true
    this.#reportedAt = this.text.tokens
  }

  /** One event, or all of it, is read: what it reports holds for its text too, whichever of them came first. */
  endDocument(): void {
    if (this.#hasReported) this.#reportedAt = this.text.tokens
    this.#hasReported = false
  }

  finish(reason: string): void {
    this.finishReason = reason
    this.isFinished = true
  }

  fail(error: ReplyError): void {
    this.error = { ...this.error, ...error }
  }

  /**
   * The tokens so far, `reported` being what the protocol makes of the usage: those that the provider reported, and an
   * estimate of the text that came since.
   */
  toCounts(reported: TokenCounts): TokenCounts {
    const since = this.text.tokens - this.#reportedAt
    if (since <= 0) return reported
    // Written out: V8 is slow to add to a copy.
    return {
      inputTokens: reported.inputTokens,
      outputTokens: (reported.outputTokens ?? 0) + since,
      cachedTokens: reported.cachedTokens,
      reasoningTokens: reported.reasoningTokens,
      estimated: true,
    }
  }
}
