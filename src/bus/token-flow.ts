import type { TokenCounts } from './messages.js'
import type { CallRecord } from './protocol.js'
import { isDuration } from './work-span.js'

/** A span shorter than this, in milliseconds, tells no rate. */
const LEAST_RATE_SPAN = 50

/** What a message may tell of a call's tokens. */
interface TokenNews extends TokenCounts {
  /** Milliseconds from the start. */
  timeToFirstToken?: number | undefined
}

/** The tokens of one call: how many, when the first one came, how fast. Spans are milliseconds from its start. */
export class TokenFlow {
  #inputTokens: number | undefined
  #outputTokens: number | undefined
  #cachedTokens: number | undefined
  #reasoningTokens: number | undefined
  #isEstimated = false
  #progressCount = 0
  /** Time to the first token, as told by the sender, and as seen here. */
  #reportedFirst: number | undefined
  #seenFirst: number | undefined
  #rate: number | undefined
  #duration: number | undefined

  /** Tokens came, or another sign of life, so long after the start. */
  progress(news: TokenNews, elapsed: number): void {
    this.#progressCount++
    this.#seenFirst ??= elapsed
    if (isDuration(news.timeToFirstToken)) this.#reportedFirst = news.timeToFirstToken
    this.#take(news)
    this.#setLiveRate(elapsed)
  }

  end(news: TokenNews, duration: number, streaming: boolean): void {
    if (isDuration(news.timeToFirstToken)) this.#reportedFirst = news.timeToFirstToken
    // A first token after the end is none: another clock measured it.
    if (this.#reportedFirst! > duration) this.#reportedFirst = undefined
    if (this.#seenFirst! > duration) this.#seenFirst = undefined
    this.#take(news)
    this.#duration = duration
    this.#setFinalRate(duration, streaming)
  }

  /** Fills in the counts that are lacking; an estimated one gives way to a reported one. Answers whether there was any. */
  fill(news: TokenCounts, elapsed: number, streaming: boolean): boolean {
    const isBetter = this.#isEstimated && news.estimated !== true
    const filled = this.#take({
      inputTokens: this.#inputTokens === undefined ? news.inputTokens : undefined,
      outputTokens: this.#outputTokens === undefined || isBetter ? news.outputTokens : undefined,
      cachedTokens: this.#cachedTokens === undefined ? news.cachedTokens : undefined,
      reasoningTokens: this.#reasoningTokens === undefined ? news.reasoningTokens : undefined,
      estimated: news.estimated,
    })
    if (!filled) return false
    if (this.#duration !== undefined) this.#setFinalRate(this.#duration, streaming)
    else if (this.#firstToken !== undefined) this.#setLiveRate(elapsed)
    return true
  }

  /** Writes what is known into `record`. */
  describe(record: CallRecord): void {
    const first = this.#firstToken
    if (first !== undefined) {
      record.timeToFirstToken = Math.round(first)
      record.firstTokenAt = record.startedAt + record.timeToFirstToken
    }
    if (this.#inputTokens !== undefined) record.inputTokens = this.#inputTokens
    if (this.#outputTokens !== undefined) record.outputTokens = this.#outputTokens
    if (this.#cachedTokens !== undefined) record.cachedTokens = this.#cachedTokens
    if (this.#reasoningTokens !== undefined) record.reasoningTokens = this.#reasoningTokens
    if (this.#isEstimated) record.estimated = true
    if (this.#rate !== undefined) record.tokensPerSecond = this.#rate
  }

  /** Time to the first token, by whoever knows it best. */
  get #firstToken(): number | undefined {
    return this.#reportedFirst ?? this.#seenFirst
  }

  /** Takes the counts that are numbers from 0; answers whether there were any. */
  #take(counts: TokenCounts): boolean {
    const { inputTokens, outputTokens, cachedTokens, reasoningTokens } = counts
    let any = false
    if (isCount(inputTokens)) {
      this.#inputTokens = inputTokens
      any = true
    }
    if (isCount(cachedTokens)) {
      this.#cachedTokens = cachedTokens
      any = true
    }
    if (isCount(reasoningTokens)) {
      this.#reasoningTokens = reasoningTokens
      any = true
    }
    if (isCount(outputTokens)) {
      this.#outputTokens = outputTokens
      // Reported counts take the mark away that estimated ones bear.
      this.#isEstimated = counts.estimated === true
      any = true
    }
    return any
  }

  #setLiveRate(elapsed: number): void {
    this.#rate = this.#rateOver(elapsed - this.#firstToken!) ?? this.#rate
  }

  #setFinalRate(duration: number, streaming: boolean): void {
    const first = this.#firstToken
    const rate = first === undefined ? undefined : this.#rateOver(duration - first)
    this.#rate = rate ?? (this.#cameInOnePiece(streaming) ? undefined : this.#rateOver(duration))
  }

  /** Such a reply shows no rate of generation, unless its sender knows its first token. */
  #cameInOnePiece(streaming: boolean): boolean {
    if (this.#reportedFirst !== undefined) return false
    return this.#progressCount === 1 || (this.#progressCount === 0 && !streaming)
  }

  /** Output tokens per second of `span`. */
  #rateOver(span: number): number | undefined {
    if (this.#outputTokens === undefined || span < LEAST_RATE_SPAN) return undefined
    return Math.round((this.#outputTokens / span) * 10_000) / 10
  }
}

function isCount(value: number | undefined): value is number {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER
}
