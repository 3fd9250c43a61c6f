/** A page as it is sent. */
export interface MadePage {
  readonly status: 200 | 400 | 404 | 503
  readonly text: string
}

/** Bytes of pages that are kept: some dozens of pages of a large fleet. */
const MOST_BYTES = 24 * 2 ** 20

/** Pages by address, each for as long as the store is in the state that it was made of. The least recently asked goes first. */
export class PageCache {
  readonly #most: number
  readonly #pages = new Map<string, { readonly state: string; readonly page: MadePage }>()
  #bytes = 0

  constructor(mostBytes = MOST_BYTES) {
    this.#most = mostBytes
  }

  /** A page that was made of this state. */
  get(address: string, state: string): MadePage | null {
    const kept = this.#pages.get(address)
    if (kept === undefined || kept.state !== state) return null
    this.#pages.delete(address)
    this.#pages.set(address, kept)
    return kept.page
  }

  /** Keeps a page; what is too large for all of it is not kept. */
  set(address: string, state: string, page: MadePage): void {
    this.#drop(address)
    if (sizeOf(page) > this.#most) return
    this.#pages.set(address, { state, page })
    this.#bytes += sizeOf(page)
    for (const oldest of this.#pages.keys()) {
      if (this.#bytes <= this.#most) break
      this.#drop(oldest)
    }
  }

  #drop(address: string): void {
    const kept = this.#pages.get(address)
    if (kept === undefined) return
    this.#pages.delete(address)
    this.#bytes -= sizeOf(kept.page)
  }
}

/** A character of a page takes up to two bytes in memory. */
const sizeOf = ({ text }: MadePage): number => 2 * text.length
