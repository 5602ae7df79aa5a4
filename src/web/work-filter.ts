/** What a reader may filter work by; a field has several words where it has several names. */
export type FilterFields = Readonly<Record<string, readonly (string | undefined)[]>>

/** One word of a filter. */
export interface Term {
  /** Undefined for any. */
  field: string | undefined
  text: string
  isExcluded: boolean
}

/**
 * Rows by what a reader typed: words that must all occur in one of a row's fields, in any case. `provider:openai` looks
 * in one field, `-state:ok` leaves out; words in quotes may have blanks.
 */
export class WorkFilter {
  readonly #terms: readonly Term[]

  constructor(text: string, fields: readonly string[]) {
    this.#terms = toTerms(text, fields)
  }

  get isEmpty(): boolean {
    return this.#terms.length === 0
  }

  accepts(fields: FilterFields): boolean {
    return this.#terms.every(({ field, text, isExcluded }) => {
      const values = field === undefined ? Object.values(fields).flat() : (fields[field] ?? [])
      return values.some((value) => value?.toLowerCase().includes(text)) !== isExcluded
    })
  }
}

/** The words of a filter that are not empty, in lower case. */
export function toTerms(text: string, fields: readonly string[]): Term[] {
  const words = text.toLowerCase().match(/-?(?:[a-z]+:)?(?:"[^"]*"?|\S+)/g) ?? []
  return words.map((word) => toTerm(word, fields)).filter((term) => term.text !== '')
}

/** What looks like a field but is none is a word of its own: a model may be called `llama3:8b`. */
function toTerm(word: string, fields: readonly string[]): Term {
  const isExcluded = word.startsWith('-') && word.length > 1
  const rest = isExcluded ? word.slice(1) : word
  const colon = rest.indexOf(':')
  const field = colon > 0 && fields.includes(rest.slice(0, colon)) ? rest.slice(0, colon) : undefined
  const text = (field === undefined ? rest : rest.slice(colon + 1)).replaceAll('"', '')
  return { field, text, isExcluded }
}
