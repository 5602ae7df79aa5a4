import type { Step } from './protocol.js'

type NamedStep = Pick<Step, 'kind' | 'name'>

interface RunningCalls {
  calls: { id: string; model: string }[]
  /** What the request was doing when its first call began. */
  before: NamedStep | undefined
}

/** Which step a request shows while its model calls come and go, some of them at once. */
export class ModelSteps {
  readonly #byRequest = new Map<string, RunningCalls>()

  /** `current` is the request's step before the call. Returns the step to show. */
  begin(requestId: string, call: { id: string; model: string }, current: Step | undefined): NamedStep {
    let running = this.#byRequest.get(requestId)
    if (running === undefined)
      this.#byRequest.set(requestId, (running = { calls: [], before: toNamed(current) }))
    running.calls.push(call)
    return toStep(call.model)
  }

  /** Returns the step to show after the call: the newest other call, else what was before, else none (null). */
  end(requestId: string, callId: string): NamedStep | null | undefined {
    const running = this.#byRequest.get(requestId)
    if (running === undefined) return undefined
    running.calls = running.calls.filter(({ id }) => id !== callId)
    const newest = running.calls.at(-1)
    if (newest !== undefined) return toStep(newest.model)
    this.#byRequest.delete(requestId)
    return running.before ?? null
  }

  /** The request is over. */
  forget(requestId: string): void {
    this.#byRequest.delete(requestId)
  }
}

function toStep(model: string): NamedStep {
  return { kind: 'model', name: model }
}

function toNamed(step: Step | undefined): NamedStep | undefined {
  return step && { kind: step.kind, name: step.name }
}
