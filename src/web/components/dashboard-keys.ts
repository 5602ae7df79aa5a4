import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { LazyPart } from '../lazy-part.js'
import { isTyping } from './is-typing.js'

const LIST = new LazyPart(() => import('./key-list.js'))

/** Where the reader's choice is kept: for all dashboards of an origin. */
const KEPT_AS = 'opswire.shortcuts'

export interface KeyHost extends ReactiveControllerHost, HTMLElement {
  /** `off` to begin without shortcuts. */
  shortcuts: string | null | undefined
}

/**
 * Single keys for what a reader does often, and the list of them behind `?`. Taken from the whole page, but never from
 * somebody who types. They can be turned off: by the host's attribute, and by the reader, whose choice is kept and wins.
 */
export class DashboardKeys implements ReactiveController {
  readonly #host: KeyHost
  readonly #actions: Readonly<Record<string, () => void>>
  #chosen: string | undefined

  /** @param actions by their key */
  constructor(host: KeyHost, actions: Readonly<Record<string, () => void>>) {
    this.#host = host
    this.#actions = { ...actions, '?': () => this.openList() }
    host.addController(this)
  }

  get enabled(): boolean {
    return (this.#chosen ?? this.#host.shortcuts) !== 'off'
  }

  hostConnected(): void {
    this.#chosen = readChoice()
    addEventListener('keydown', this.#onKey)
  }

  hostDisconnected(): void {
    removeEventListener('keydown', this.#onKey)
  }

  /** Shows the list, which is loaded then. */
  openList(): void {
    const root = this.#host.shadowRoot!
    LIST.load().then(
      ({ openKeyList }) => openKeyList(root, this.enabled, (enabled) => this.#choose(enabled)),
      () => console.warn('opswire: the list of keys could not be loaded; the server may have been updated'),
    )
  }

  #choose(enabled: boolean): void {
    this.#chosen = enabled ? 'on' : 'off'
    keepChoice(this.#chosen)
    this.#host.requestUpdate()
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const action = this.#actions[event.key]
    if (action === undefined || !this.enabled || event.defaultPrevented || event.repeat) return
    if (event.altKey || event.ctrlKey || event.metaKey || isTyping(event)) return
    event.preventDefault()
    action()
  }
}

function readChoice(): string | undefined {
  try {
    return localStorage.getItem(KEPT_AS) ?? undefined
  } catch {
    // A page whose storage is blocked.
    return undefined
  }
}

function keepChoice(choice: string): void {
  try {
    localStorage.setItem(KEPT_AS, choice)
  } catch {
    // It then holds until the page is left.
  }
}
