/** What elements tell each other about requests; the events bubble through shadow trees up to the window. */
export interface RequestEventDetail {
  /** Absolute address of the feed that the request is of. */
  src: string
  requestId: string
  instance: string
}

/** A request is to be shown. Cancelled by the one that shows it. */
export const OPEN_REQUEST = 'ops-open-request'

/** The log lines of a request are to be shown. Cancelled by the one that shows them. */
export const SHOW_LINES = 'ops-show-lines'

declare global {
  interface HTMLElementEventMap {
    'ops-open-request': CustomEvent<RequestEventDetail>
    'ops-show-lines': CustomEvent<RequestEventDetail>
  }
}
