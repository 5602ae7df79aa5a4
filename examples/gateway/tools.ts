import { setTimeout as sleep } from 'node:timers/promises'
import { NOTES, type Note } from './notes.js'

/** Milliseconds between two notes of a search. */
const PAUSE = 12

/** Whether a message is a question that the notes may help with; commands of the sample are not. */
export function wantsSearch(text: string): boolean {
  return text.includes('?') && !text.startsWith('/')
}

/**
 * Searches the notes for words like those of the question, misspelt ones too, and gives the best ones first.
 * It compares every word with every word, one note at a time, so it takes some 250 ms for 20 notes; between two
 * notes it lets other work run.
 *
 * @throws the signal's reason when it aborts
 */
export async function searchNotes(question: string, signal: AbortSignal, limit = 2): Promise<Note[]> {
  const asked = toWords(question)
  const hits: { note: Note; score: number }[] = []
  for (const note of NOTES) {
    await sleep(PAUSE, undefined, { signal })
    const score = 2 * likeness(asked, toWords(note.title)) + likeness(asked, toWords(note.text))
    if (score > 0) hits.push({ note, score })
  }
  hits.sort((a, b) => b.score - a.score)
  return hits.slice(0, limit).map(({ note }) => note)
}

/** Short words say nothing about a topic. */
function toWords(text: string): string[] {
  return text.toLowerCase().match(/\p{L}{4,}/gu) ?? []
}

function likeness(asked: readonly string[], words: readonly string[]): number {
  let sum = 0
  for (const one of asked) {
    const best = Math.max(0, ...words.map((other) => overlap(one, other)))
    if (best >= 0.5) sum += best
  }
  return sum
}

/** The share of letter pairs that two words have in common, 0..1. */
function overlap(one: string, other: string): number {
  const pairs = new Set<string>()
  for (let i = 1; i < one.length; i++) pairs.add(one.slice(i - 1, i + 1))
  let common = 0
  for (let i = 1; i < other.length; i++) if (pairs.has(other.slice(i - 1, i + 1))) common += 1
  return (2 * common) / (pairs.size + other.length - 1)
}
