import { css } from 'lit'

/** Buttons that show an icon alone. */
export const iconButtonStyles = css`
  .tool {
    display: grid;
    place-items: center;
    width: 26px;
    height: 24px;
    padding: 0;
    border-color: transparent;
    background: none;
    color: var(--_muted);
  }
  .tool svg {
    width: 14px;
    height: 14px;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.4;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
`
