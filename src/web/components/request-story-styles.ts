import { css } from 'lit'

/** The summary and the story of one request. */
export const requestStoryStyles = css`
  dl {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(112px, 1fr));
    gap: 8px 14px;
    margin: 0;
    padding: 10px 14px;
    border-top: 1px solid var(--_line);
    border-bottom: 1px solid var(--_line);
  }
  dl div {
    min-width: 0;
  }
  dt {
    color: var(--_muted);
    font-size: 11px;
    line-height: 16px;
  }
  dd {
    margin: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .note.error {
    border-bottom: 1px solid var(--_line);
    background: var(--_error-dim);
    color: var(--_error);
  }
  .story {
    margin: 0;
    padding: 6px 14px 14px;
    list-style: none;
    font-size: 12.5px;
  }
  .story li {
    display: flex;
    gap: 8px;
    padding: 2px 0;
  }
  .story time {
    flex: none;
    width: 64px;
    color: var(--_muted);
    text-align: right;
  }
  .story .mark {
    flex: none;
    width: 12px;
    text-align: center;
  }
  .story .what {
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .story .what.ok {
    color: inherit;
  }
  .story .accent {
    color: var(--_accent);
  }
`
