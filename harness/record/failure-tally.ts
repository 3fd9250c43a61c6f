import type { Outcome } from './rows.ts'

/** The most frequent message of one kind of failure, and the requests that failed with it. */
export interface FailureMessage {
  readonly message: string
  readonly requests: number
}

/** Different messages that are counted per kind; a server may put an id into each. */
const MOST_MESSAGES = 100

/** Counts the messages of failed requests by kind. Messages that differ in numbers and ids only are one. */
export class FailureTally {
  readonly #kinds = new Map<Outcome, Map<string, { message: string; requests: number }>>()

  /** Adds a request; one that succeeded is not counted. */
  add(outcome: Outcome, error: string): void {
    if (outcome === 'ok') return
    const messages = this.#kinds.get(outcome) ?? new Map<string, { message: string; requests: number }>()
    this.#kinds.set(outcome, messages)
    const key = withoutNumbers(error)
    const known = messages.get(key)
    if (known) known.requests += 1
    else if (messages.size < MOST_MESSAGES) messages.set(key, { message: error, requests: 1 })
  }

  /** The most frequent message of each kind, the first of equally frequent ones, in its first form. */
  mostFrequent(): Partial<Record<Outcome, FailureMessage>> {
    return Object.fromEntries(
      [...this.#kinds].map(([outcome, messages]) => {
        const [first, ...others] = [...messages.values()]
        return [outcome, { ...others.reduce((best, each) => (each.requests > best.requests ? each : best), first!) }]
      }),
    )
  }

  clear(): void {
    this.#kinds.clear()
  }
}

/** Ids of requests are hexadecimal or numbers. */
const withoutNumbers = (text: string): string => text.replace(/\b[0-9a-f-]{8,}\b|\d+/gi, '#')
