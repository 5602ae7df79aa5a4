import type { Cancel } from '../bus/clock.js'
import type { FeedEvents } from '../bus/protocol.js'
import type { StreamState } from './feed-link.js'
import { isConnected, SilenceWatch, toFreshness } from './silence-watch.js'
import type { FollowerMessage, LeaderMessage, TabState } from './tab-messages.js'
import type { TabRoleOptions } from './tab-role.js'

export interface TabFollowerOptions extends TabRoleOptions {
  random: () => number
  post: (message: FollowerMessage) => void
  /** Takes over what a leader knows. */
  restore: (known: string) => void
  /** Called once when the leader is there no more, or hangs. */
  onLost: () => void
}

/** A leader that says nothing for this long is asked. The feed itself has an event every 3 s. */
const ASK_AFTER = 4000
/** One that doesn't answer within this time hangs; up to half as much more, so that not all tabs find it at once. */
const PATIENCE = 2000
/** Time for a leader to try again by its own timer. */
const RETRY_SLACK = 200

/**
 * A tab that lives on what the leading tab hands on. It is in step while it has missed nothing; when it may have, it
 * asks for all that the leader knows and lets pass what comes before that.
 */
export class TabFollower {
  readonly #options: TabFollowerOptions
  readonly #silence: SilenceWatch
  #status: StreamState['status'] = 'connecting'
  #isInStep = false
  #turn = 0
  #leaderHeardAt = 0
  #askedAt: number | undefined
  #retryAt: number | undefined
  #cancelWatch: Cancel | undefined

  constructor(options: TabFollowerOptions) {
    this.#options = options
    this.#silence = new SilenceWatch(options.clock, (silence) => {
      const status = toFreshness(silence)
      if (status !== this.#status) this.#show({ status })
    })
  }

  start(): void {
    const { position } = this.#options
    if (position.heardAt !== undefined) this.#silence.start(position.heardAt)
    this.#ask('join')
  }

  stop(): void {
    this.#silence.stop()
    this.#cancelWatch?.()
  }

  retryNow(): void {
    this.#options.post({ kind: 'retry' })
  }

  receive(message: LeaderMessage): void {
    const { position, clock } = this.#options
    if (message.term < position.term) return
    this.#leaderHeardAt = clock.monotonic()
    this.#askedAt = undefined
    if (message.term > position.term) {
      position.term = message.term
      this.#isInStep = message.kind === 'lead' && message.lastEventId === position.lastEventId
      this.#turn = message.turn
      // One that is in step says that it is there.
      if (message.kind !== 'welcome') this.#ask(this.#isInStep ? 'ask' : 'join')
    } else if (message.kind !== 'welcome' && this.#isInStep && message.turn !== ++this.#turn) {
      this.#isInStep = false
      this.#ask('join')
    }
    if (message.kind === 'event' && this.#isInStep) this.#takeEvent(message)
    else if (message.kind === 'state') this.#takeState(message)
    else if (message.kind === 'welcome' && !this.#isInStep) this.#takeAll(message)
    this.#watchLeader()
  }

  #takeEvent({ name, text, id }: LeaderMessage & { kind: 'event' }): void {
    const { position, clock, onEvent } = this.#options
    if (id !== '') position.lastEventId = id
    position.heardAt = clock.monotonic()
    this.#silence.heard()
    onEvent(name, JSON.parse(text) as FeedEvents[typeof name], { text, id })
  }

  #takeAll(message: LeaderMessage & { kind: 'welcome' }): void {
    this.#options.restore(message.known)
    this.#options.position.lastEventId = message.lastEventId
    this.#turn = message.turn
    this.#isInStep = true
    this.#takeState(message)
  }

  /** How fresh the data is this tab finds out itself: the timers of a hidden leader sleep. */
  #takeState({ state, retryIn, silence }: TabState): void {
    const { position, clock } = this.#options
    const now = clock.monotonic()
    this.#retryAt = retryIn === undefined ? undefined : now + retryIn
    if (isConnected(state)) {
      position.heardAt = now - (silence ?? 0)
      return this.#silence.start(position.heardAt)
    }
    this.#silence.stop()
    position.heardAt = undefined
    this.#show(this.#retryAt === undefined ? state : { ...state, retryAt: this.#retryAt })
  }

  #show(state: StreamState): void {
    this.#status = state.status
    this.#options.onState(state)
  }

  #ask(kind: 'join' | 'ask'): void {
    this.#askedAt = this.#options.clock.monotonic()
    this.#watchLeader()
    this.#options.post({ kind })
  }

  /** Silent for long: it is asked. No answer: it hangs. A tab that was blocked itself first hears what it has missed. */
  #watchLeader(): void {
    const { clock, random, onLost } = this.#options
    this.#cancelWatch?.()
    if (this.#askedAt !== undefined) {
      this.#cancelWatch = clock.setTimeout(onLost, PATIENCE * (1 + random() / 2))
      return
    }
    const due = Math.min(this.#leaderHeardAt + ASK_AFTER, (this.#retryAt ?? Infinity) + RETRY_SLACK)
    const wait = Math.max(RETRY_SLACK, due - clock.monotonic())
    this.#cancelWatch = clock.setTimeout(() => this.#ask(this.#isInStep ? 'ask' : 'join'), wait)
  }
}
