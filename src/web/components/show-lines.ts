/** Whose lines a reader wants to see. */
export interface ShowLinesDetail {
  /** Id of the request. */
  request: string
}

/** A reader wants to see the log lines of a request: the log of the page shows them, and cancels the event. */
export class ShowLinesEvent extends CustomEvent<ShowLinesDetail> {
  constructor(detail: ShowLinesDetail) {
    super('ops-show-lines', { detail, bubbles: true, composed: true, cancelable: true })
  }
}

declare global {
  interface HTMLElementEventMap {
    'ops-show-lines': ShowLinesEvent
  }
  interface WindowEventMap {
    'ops-show-lines': ShowLinesEvent
  }
}
