/** A line of a stack, in the words of JavaScript and Python. */
const STACK_LINE = /^\s+at |^\s*File "|^Traceback \(most recent call last\)/

/**
 * What a span says of its failure, in one line. Some emitters put a whole stack there: paths of the host's files, which
 * the dashboard is not the place for. Empty when there is nothing before the stack.
 */
export function toFailureText(text: string): string {
  const lines = text.trim().split('\n')
  const end = lines.findIndex((line) => line.trim() === '' || STACK_LINE.test(line))
  return lines
    .slice(0, end === -1 ? undefined : end)
    .map((line) => line.trim())
    .join(' ')
}
