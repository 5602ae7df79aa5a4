import type { CSSResult } from 'lit'

/** Gives an element the style of a part that was loaded after it, once. */
export function adoptStyles(root: ShadowRoot, styles: readonly CSSResult[]): void {
  for (const { styleSheet } of styles) {
    if (!root.adoptedStyleSheets.includes(styleSheet!)) root.adoptedStyleSheets.push(styleSheet!)
  }
}
