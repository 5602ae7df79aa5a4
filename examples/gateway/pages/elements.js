const numbers = new Intl.NumberFormat('en')

export const byId = (id) => document.getElementById(id)

/** An element with text; text is never parsed as HTML. */
export function create(name, { text, className, children = [] } = {}) {
  const element = document.createElement(name)
  if (text !== undefined) element.textContent = text
  if (className) element.className = className
  element.append(...children)
  return element
}

/** A table cell with a figure. */
export const numberCell = (value, className = '') =>
  create('td', { text: numbers.format(value), className: `number ${className}`.trim() })

/** Shows a sentence, or hides its place when there is none. */
export function say(element, text) {
  element.textContent = text ?? ''
  element.hidden = !text
}

/** “1 call”, “1,200 calls”. */
export const count = (value, noun) => `${numbers.format(value)} ${noun}${value === 1 ? '' : 's'}`
