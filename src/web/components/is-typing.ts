/** Whether a key is meant for a field or a dialog: no shortcut of the page may take it. */
export function isTyping(event: KeyboardEvent): boolean {
  if (event.isComposing) return true
  return event
    .composedPath()
    .some(
      (node) =>
        node instanceof HTMLElement &&
        (node.isContentEditable || node.matches('input, textarea, select, dialog, [role=textbox]')),
    )
}
