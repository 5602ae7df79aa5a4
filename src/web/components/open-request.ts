/** Which request a reader wants to see. */
export interface OpenRequestDetail {
  id: string
  /** The process that it belongs to. Default: any that has a request with this id. */
  instance: string | undefined
}

/**
 * A reader wants to see a request: whoever shows requests in detail shows this one, and cancels the event to say so.
 * Crosses shadow boundaries.
 */
export class OpenRequestEvent extends CustomEvent<OpenRequestDetail> {
  constructor(detail: OpenRequestDetail) {
    super('ops-open-request', { detail, bubbles: true, composed: true, cancelable: true })
  }
}

declare global {
  interface HTMLElementEventMap {
    'ops-open-request': OpenRequestEvent
  }
}
