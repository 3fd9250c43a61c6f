import { expect, test } from 'vitest'
import { PageCache } from './page-cache.ts'

const page = (text: string) => ({ status: 200, text }) as const

test('a page is kept for its state, and the least recently asked goes first', () => {
  const cache = new PageCache(40)
  cache.set('/a', '1', page('aaaaaaaa'))
  cache.set('/b', '1', page('bbbbbbbb'))
  expect(cache.get('/a', '2')).toBeNull()
  expect(cache.get('/a', '1')?.text).toBe('aaaaaaaa')
  cache.set('/c', '1', page('cccccccc'))
  expect([cache.get('/a', '1'), cache.get('/b', '1'), cache.get('/c', '1')].map((kept) => kept !== null)).toEqual([
    true,
    false,
    true,
  ])
  cache.set('/large', '1', page('x'.repeat(99)))
  expect(cache.get('/large', '1')).toBeNull()
  expect(cache.get('/a', '1')).not.toBeNull()
})
