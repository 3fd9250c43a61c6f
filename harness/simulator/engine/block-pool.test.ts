import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chainBlock, chainStart } from './block-hash.ts'
import { BlockPool } from './block-pool.ts'

describe('BlockPool', () => {
  it('hands out the block that has been free for longest', () => {
    const pool = new BlockPool(3)
    const blocks = [pool.allocate(), pool.allocate(), pool.allocate()] as number[]
    expect(pool.allocate()).toBeUndefined()
    pool.release([blocks[1] as number])
    pool.release([blocks[0] as number])
    expect(pool.allocate()).toBe(blocks[1])
    expect(pool.allocate()).toBe(blocks[0])
  })

  it('frees the tail of a sequence first, so that its beginning can be hit for longest', () => {
    const pool = new BlockPool(4)
    const blocks = [pool.allocate(), pool.allocate(), pool.allocate(), pool.allocate()] as number[]
    pool.release(blocks)
    expect(pool.allocate()).toBe(blocks[3])
  })

  it('finds a freed block by its content until the block is handed out again', () => {
    const pool = new BlockPool(1)
    const block = pool.allocate() as number
    pool.remember(block, 77)
    pool.release([block])
    expect(pool.find(77)).toBe(block)
    pool.allocate()
    expect(pool.find(77)).toBeUndefined()
  })

  it('never loses and never doubles a block, whatever is taken and given back', () => {
    const actions = fc.array(fc.tuple(fc.boolean(), fc.nat(50)), { maxLength: 200 })
    fc.assert(
      fc.property(actions, (steps) => {
        const pool = new BlockPool(8)
        const held: number[] = []
        for (const [take, which] of steps) {
          if (take) {
            const block = pool.allocate()
            if (block !== undefined) held.push(block)
          } else if (held.length > 0) {
            pool.release(held.splice(which % held.length, 1))
          }
          expect(new Set(held).size).toBe(held.length)
          expect(pool.freeCount).toBe(8 - held.length)
        }
      }),
    )
  })
})

describe('chainBlock', () => {
  it('depends on every token, on their order and on what came before', () => {
    const start = chainStart('')
    const tokens = Array.from({ length: 16 }, (_, index) => index)
    const hash = chainBlock(start, tokens, 0, 16)
    expect(chainBlock(start, tokens, 0, 16)).toBe(hash)
    expect(chainBlock(start, tokens.toReversed(), 0, 16)).not.toBe(hash)
    expect(chainBlock(start, tokens.with(15, 99), 0, 16)).not.toBe(hash)
    expect(chainBlock(chainStart('salt'), tokens, 0, 16)).not.toBe(hash)
  })

  it('gives whole numbers below 2^52 and no collisions over many blocks', () => {
    const seen = new Set<number>()
    for (let index = 0; index < 50_000; index += 1) {
      const hash = chainBlock(chainStart(''), [index], 0, 1)
      expect(Number.isInteger(hash) && hash >= 0 && hash < 2 ** 52).toBe(true)
      seen.add(hash)
    }
    expect(seen.size).toBe(50_000)
  })
})
