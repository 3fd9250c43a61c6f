/** Items by a number, the lowest first: a binary heap. */
export class Heap {
  readonly #keys: number[] = []
  readonly #items: number[] = []

  get size(): number {
    return this.#keys.length
  }

  /** The lowest key; Infinity where there is none. */
  get lowest(): number {
    return this.#keys[0] ?? Number.POSITIVE_INFINITY
  }

  push(key: number, item: number): void {
    let at = this.#keys.length
    while (at > 0) {
      const above = (at - 1) >> 1
      if (this.#keys[above]! <= key) break
      this.#set(at, above)
      at = above
    }
    this.#keys[at] = key
    this.#items[at] = item
  }

  /** Takes the item of the lowest key; -1 where there is none. */
  pop(): number {
    if (this.#keys.length === 0) return -1
    const first = this.#items[0]!
    const [key, item] = [this.#keys.pop()!, this.#items.pop()!]
    const size = this.#keys.length
    if (size === 0) return first
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= size) break
      if (below + 1 < size && this.#keys[below + 1]! < this.#keys[below]!) below += 1
      if (this.#keys[below]! >= key) break
      this.#set(at, below)
      at = below
    }
    this.#keys[at] = key
    this.#items[at] = item
    return first
  }

  #set(to: number, from: number): void {
    this.#keys[to] = this.#keys[from]!
    this.#items[to] = this.#items[from]!
  }
}
