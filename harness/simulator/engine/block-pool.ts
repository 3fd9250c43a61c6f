import type { BlockHash } from './block-hash.ts'

const NONE = -1

/**
 * The KV cache of the card as blocks with reference counts. A freed block keeps its content, and can be found, until it
 * is allocated again. Free blocks are allocated in the order in which they became free (LRU), as in vLLM.
 */
export class BlockPool {
  readonly blockCount: number
  readonly #references: Int32Array
  readonly #previous: Int32Array
  readonly #next: Int32Array
  /** 0 = no cached content. Hashes are below 2^52, so a double represents them exactly. */
  readonly #hashOf: Float64Array
  readonly #byHash = new Map<BlockHash, number>()
  #oldestFree = NONE
  #newestFree = NONE
  #freeCount = 0

  constructor(blockCount: number) {
    this.blockCount = blockCount
    this.#references = new Int32Array(blockCount)
    this.#previous = new Int32Array(blockCount)
    this.#next = new Int32Array(blockCount)
    this.#hashOf = new Float64Array(blockCount)
    for (let block = 0; block < blockCount; block += 1) this.#append(block)
  }

  get freeCount(): number {
    return this.#freeCount
  }

  /** Share of the blocks used by running sequences; blocks that are only cached count as free. */
  get usedShare(): number {
    return 1 - this.#freeCount / this.blockCount
  }

  /** The block with this content, or undefined. */
  find(hash: BlockHash): number | undefined {
    return this.#byHash.get(hash)
  }

  isFree(block: number): boolean {
    return this.#references[block] === 0
  }

  /** Takes one more reference to a block that was found. */
  retain(block: number): void {
    if (this.#references[block] === 0) this.#unlink(block)
    this.#references[block] = (this.#references[block] as number) + 1
  }

  /** Allocates the block that has been free for longest and discards its content; undefined when none is free. */
  allocate(): number | undefined {
    const block = this.#oldestFree
    if (block === NONE) return undefined
    this.#unlink(block)
    this.#forget(block)
    this.#references[block] = 1
    return block
  }

  /** Registers a block under its content. The first block with a content stays registered. */
  remember(block: number, hash: BlockHash): void {
    if (this.#byHash.has(hash)) return
    this.#forget(block)
    this.#hashOf[block] = hash
    this.#byHash.set(hash, block)
  }

  /** Releases a sequence's blocks, the last first, so that shared prefixes stay cached longest. */
  release(blocks: readonly number[]): void {
    for (let index = blocks.length - 1; index >= 0; index -= 1) {
      const block = blocks[index] as number
      const references = (this.#references[block] as number) - 1
      this.#references[block] = references
      if (references === 0) this.#append(block)
    }
  }

  #forget(block: number): void {
    const hash = this.#hashOf[block] as number
    if (hash === 0) return
    this.#byHash.delete(hash)
    this.#hashOf[block] = 0
  }

  #append(block: number): void {
    this.#previous[block] = this.#newestFree
    this.#next[block] = NONE
    if (this.#newestFree === NONE) this.#oldestFree = block
    else this.#next[this.#newestFree] = block
    this.#newestFree = block
    this.#freeCount += 1
  }

  #unlink(block: number): void {
    const before = this.#previous[block] as number
    const after = this.#next[block] as number
    if (before === NONE) this.#oldestFree = after
    else this.#next[before] = after
    if (after === NONE) this.#newestFree = before
    else this.#previous[after] = before
    this.#freeCount -= 1
  }
}
