import { css } from 'lit'

/**
 * The look's values behind `--ops-*`: a page overrides any of them on the element or anything above it. Inside the
 * elements only the `--_*` names are used.
 */
export const tokens = css`
  :host {
    color-scheme: dark light;
    --_bg: var(--ops-bg, #0b0e13);
    --_surface: var(--ops-surface, #12161d);
    --_raise: var(--ops-raise, #181d26);
    --_line: var(--ops-line, #212834);
    --_fg: var(--ops-fg, #dfe5ee);
    --_muted: var(--ops-muted, #8e99a9);
    --_faint: var(--ops-faint, #838ea0);
    --_accent: var(--ops-accent, #5aa9ff);
    --_ok: var(--ops-ok, #35c08b);
    --_warn: var(--ops-warn, #e6a23c);
    --_error: var(--ops-error, #ff7a5c);
    --_accent-dim: var(--ops-accent-dim, #5aa9ff26);
    --_ok-dim: var(--ops-ok-dim, #35c08b1f);
    --_warn-dim: var(--ops-warn-dim, #e6a23c1f);
    --_error-dim: var(--ops-error-dim, #ff7a5c1f);
    --_float: var(--ops-float-shadow, 0 4px 14px #0006);
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
  @media (prefers-color-scheme: light) {
    :host {
      --_bg: var(--ops-bg, #f5f6f8);
      --_surface: var(--ops-surface, #fff);
      --_raise: var(--ops-raise, #f3f5f8);
      --_line: var(--ops-line, #e3e7ed);
      --_fg: var(--ops-fg, #19202a);
      --_muted: var(--ops-muted, #586374);
      --_faint: var(--ops-faint, #616c7d);
      --_accent: var(--ops-accent, #0b66c3);
      --_ok: var(--ops-ok, #0a7a53);
      --_warn: var(--ops-warn, #8a5a00);
      --_error: var(--ops-error, #bb3a16);
      --_accent-dim: var(--ops-accent-dim, #0b66c31a);
      --_ok-dim: var(--ops-ok-dim, #0a7a5314);
      --_warn-dim: var(--ops-warn-dim, #8a5a0014);
      --_error-dim: var(--ops-error-dim, #bb3a1614);
      --_float: var(--ops-float-shadow, 0 4px 14px #19202a26);
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
