import type { Step } from './protocol.js'

type NamedStep = Pick<Step, 'kind' | 'name'>

interface RunningCall {
  readonly key: string
  readonly model: string
}

interface RunningCalls {
  calls: RunningCall[]
  /** What the request was doing when its first call began. */
  before: NamedStep | undefined
}

/** Which step a request shows while its model calls come and go, some of them at once. All by key. */
export class ModelSteps {
  readonly #byRequest = new Map<string, RunningCalls>()

  /** `current` is the request's step before the call. Returns the step to show. */
  begin(request: string, call: RunningCall, current: Step | undefined): NamedStep {
    let running = this.#byRequest.get(request)
    if (running === undefined)
      this.#byRequest.set(request, (running = { calls: [], before: toNamed(current) }))
    running.calls.push(call)
    return toStep(call.model)
  }

  /** Returns the step to show after the call: the newest other call, else what was before, else none (null). */
  end(request: string, call: string): NamedStep | null | undefined {
    const running = this.#byRequest.get(request)
    if (running === undefined) return undefined
    running.calls = running.calls.filter(({ key }) => key !== call)
    const newest = running.calls.at(-1)
    if (newest !== undefined) return toStep(newest.model)
    this.#byRequest.delete(request)
    return running.before ?? null
  }

  /** The request's calls in flight. */
  running(request: string): readonly RunningCall[] {
    return this.#byRequest.get(request)?.calls ?? []
  }

  /** The request is over. */
  forget(request: string): void {
    this.#byRequest.delete(request)
  }
}

function toStep(model: string): NamedStep {
  return { kind: 'model', name: model }
}

function toNamed(step: Step | undefined): NamedStep | undefined {
  return step && { kind: step.kind, name: step.name }
}
