/** Lines kept of the log of a running server. */
const KEPT = 200

/** The last lines of the log of a server, to say why it ended. */
export class LastWords {
  readonly #lines: string[] = []

  add(line: string): void {
    this.#lines.push(line)
    if (this.#lines.length > KEPT) this.#lines.shift()
  }

  /** The last line about an error, else the last line, as the end of a sentence. */
  reason(): string {
    const about = this.#lines.findLast((line) => /error|exception|fatal|killed/i.test(line))
    if (about !== undefined) return about.trim()
    const last = this.#lines.at(-1)?.trim() ?? ''
    return last === '' ? 'its log is empty' : `no reason in its log, whose last line is: ${last}`
  }
}
