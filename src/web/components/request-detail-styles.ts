import { css } from 'lit'

/** The frame around the story of one request, and what is said when there is none. */
export const requestDetailStyles = css`
  :host {
    height: 100%;
  }
  .note {
    margin: 0;
    padding: 10px 14px;
    color: var(--_muted);
    overflow-wrap: anywhere;
  }
`
