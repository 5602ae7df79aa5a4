import type { CallItem } from './call-item.js'
import type { ToKey } from './item-key.js'
import type { LiveCalls } from './live-calls.js'
import type { LiveRequests } from './live-requests.js'
import { ModelSteps } from './model-steps.js'

interface Context {
  calls: LiveCalls
  requests: LiveRequests
  toKey: ToKey
}

/** What model calls mean to their requests: they are its step while they run, and their signs of life are its own. */
export class CallLinks {
  readonly #context: Context
  readonly #steps = new ModelSteps()

  constructor(context: Context) {
    this.#context = context
  }

  callStarted(call: CallItem): void {
    const { requests } = this.#context
    const key = this.#requestOf(call)
    const request = key === undefined ? undefined : requests.active(key)
    // A listener may have ended either while the call was being started.
    if (request === undefined || call.state !== 'active') return
    const { model, requestId, instance } = call.record
    const step = this.#steps.begin(request.key, { key: call.key, model }, request.step)
    requests.update({ id: requestId!, instance, activity: 'working', step })
  }

  callProgressed(call: CallItem): void {
    const key = this.#requestOf(call)
    if (key !== undefined) this.#context.requests.touch(key)
  }

  callEnded(call: CallItem): void {
    const key = this.#requestOf(call)
    if (key === undefined) return
    const { requests } = this.#context
    const before = this.#steps.end(key, call.key)
    // A step that the host has set meanwhile is newer than the call.
    const step = requests.active(key)?.step?.kind === 'model' ? before : undefined
    // What went stale has given no sign of life.
    if (call.state === 'stale') {
      if (step !== undefined) requests.setStep(key, step)
    } else if (step === undefined) requests.touch(key)
    else requests.update({ id: call.requestId!, instance: call.instance, step })
  }

  /** The request, by key, is over. */
  requestEnded(key: string): void {
    this.#steps.forget(key)
  }

  /** Whether a call of the request, by key, is in flight and doing well. */
  isCarried(key: string): boolean {
    return this.#steps.running(key).some((call) => {
      const item = this.#context.calls.active(call.key)
      return item !== undefined && item.halt === undefined
    })
  }

  /** A call belongs to a request of its own instance. */
  #requestOf(call: CallItem): string | undefined {
    const { requestId, instance } = call
    return requestId === undefined ? undefined : this.#context.toKey(requestId, instance)
  }
}
