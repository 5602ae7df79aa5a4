/** How one model call ended, for the tally. Token counts are absent when the model did not report them. */
export interface CallOutcome {
  provider: string
  model: string
  failed: boolean
  inputTokens?: number | undefined
  outputTokens?: number | undefined
}

/** What one model has done since the start. */
export interface ModelUsage {
  provider: string
  model: string
  calls: number
  failed: number
  inputTokens: number
  outputTokens: number
  /** Calls that ended well without a token count; their tokens are missing from the sums. */
  uncounted: number
}

export interface UsageTally {
  record(outcome: CallOutcome): void
  /** `since` is epoch milliseconds; models with the most calls first. */
  report(): { since: number; models: ModelUsage[] }
}

/** The gateway's own account of model calls. It has one row per route, so it stays small. */
export function createUsageTally(): UsageTally {
  const since = Date.now()
  const models = new Map<string, ModelUsage>()
  return {
    record({ provider, model, failed, inputTokens, outputTokens }) {
      const key = `${provider}\n${model}`
      const usage = models.get(key) ?? {
        provider,
        model,
        calls: 0,
        failed: 0,
        inputTokens: 0,
        outputTokens: 0,
        uncounted: 0,
      }
      models.set(key, usage)
      usage.calls += 1
      if (failed) usage.failed += 1
      else if (inputTokens === undefined || outputTokens === undefined) usage.uncounted += 1
      usage.inputTokens += inputTokens ?? 0
      usage.outputTokens += outputTokens ?? 0
    },
    report() {
      return { since, models: [...models.values()].sort((a, b) => b.calls - a.calls) }
    },
  }
}
