import { css } from 'lit'

/**
 * The look's values behind `--ops-*`: a page overrides any of them on the element or anything above it. Inside the
 * elements only the `--_*` names are used.
 */
export const tokens = css`
  :host {
    color-scheme: var(--ops-scheme, light dark);
    --_bg: var(--ops-bg, light-dark(#f5f6f8, #0b0e13));
    --_surface: var(--ops-surface, light-dark(#fff, #12161d));
    --_raise: var(--ops-raise, light-dark(#f3f5f8, #181d26));
    --_line: var(--ops-line, light-dark(#e3e7ed, #212834));
    --_fg: var(--ops-fg, light-dark(#19202a, #dfe5ee));
    --_muted: var(--ops-muted, light-dark(#586374, #8e99a9));
    --_faint: var(--ops-faint, light-dark(#616c7d, #838ea0));
    --_accent: var(--ops-accent, light-dark(#0b66c3, #5aa9ff));
    --_ok: var(--ops-ok, light-dark(#0a7a53, #35c08b));
    --_warn: var(--ops-warn, light-dark(#8a5a00, #e6a23c));
    --_error: var(--ops-error, light-dark(#bb3a16, #ff7a5c));
    --_accent-dim: var(--ops-accent-dim, light-dark(#0b66c31a, #5aa9ff26));
    --_ok-dim: var(--ops-ok-dim, light-dark(#0a7a5314, #35c08b1f));
    --_warn-dim: var(--ops-warn-dim, light-dark(#8a5a0014, #e6a23c1f));
    --_error-dim: var(--ops-error-dim, light-dark(#bb3a1614, #ff7a5c1f));
    --_float: var(--ops-float-shadow, 0 4px 14px light-dark(#19202a26, #0006));
    --_radius: var(--ops-radius, 9px);
    --_font: var(
      --ops-font,
      Inter,
      'Segoe UI Variable',
      'Segoe UI',
      system-ui,
      -apple-system,
      Roboto,
      'Helvetica Neue',
      sans-serif
    );
    --_mono: var(
      --ops-font-mono,
      'JetBrains Mono',
      ui-monospace,
      'SF Mono',
      Menlo,
      Consolas,
      'DejaVu Sans Mono',
      monospace
    );
    color: var(--_fg);
    font: 13px/20px var(--_font);
    font-variant-numeric: tabular-nums;
    -webkit-font-smoothing: antialiased;
  }
  /* Inherited, so that what is inside follows. */
  :host([theme='dark']) {
    --ops-scheme: dark;
  }
  :host([theme='light']) {
    --ops-scheme: light;
  }
  @media print {
    :host {
      color-scheme: light;
    }
  }
  :host([hidden]) {
    display: none !important;
  }
  /* What is old is grey, but as readable as before. Warnings keep their colour: nobody has taken them back. */
  :host(:is([data-state='stale'], [data-state='offline'], [data-state='denied'])) .values {
    --_fg: var(--_muted);
    --_accent: var(--_faint);
    --_ok: var(--_faint);
    --_accent-dim: var(--_raise);
    color: var(--_fg);
  }
  * {
    box-sizing: border-box;
  }
  button {
    font: inherit;
    color: var(--_fg);
    background: var(--_surface);
    border: 1px solid var(--_line);
    border-radius: 6px;
    padding: 3px 10px;
    cursor: pointer;
    white-space: nowrap;
  }
  button:hover:not(:disabled) {
    background: var(--_raise);
  }
  :focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 1px;
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .muted {
    color: var(--_muted);
  }
  .warn {
    color: var(--_warn);
  }
  .error {
    color: var(--_error);
  }
  .ok {
    color: var(--_ok);
  }
  .mono {
    font-family: var(--_mono);
    font-size: 12px;
  }
  .dot {
    display: inline-block;
    flex: none;
    width: 7px;
    height: 7px;
    border-radius: 50%;
    background: var(--_ok);
  }
  .dot.idle {
    background: none;
    border: 1px solid var(--_faint);
  }
  .dot.warn {
    background: var(--_warn);
    border-radius: 1px;
  }
  .dot.error {
    background: var(--_error);
    border-radius: 1px;
    transform: rotate(45deg);
  }
  .bone {
    display: inline-block;
    width: 100%;
    max-width: 72px;
    height: 10px;
    border-radius: 3px;
    background: var(--_raise);
  }
`
