import { expect, test } from 'vitest'
import { makeGpu } from '../testing/card-builder.ts'
import { isSideBySide, loadedBeside } from './side-by-side.ts'

const gpus = [makeGpu({ uuid: 'GPU-a' }), makeGpu({ uuid: 'GPU-b', serving: false })]
const cards = ['GPU-a', 'GPU-b']

test('other cards count only if they were loaded at the same time', () => {
  expect(loadedBeside({ gpus })).toEqual([])
  expect(isSideBySide({ gpus, box: { part: 'alone', cards, underLoad: ['GPU-a'] } })).toBe(false)
  expect(loadedBeside({ gpus, box: { part: 'together', cards, underLoad: cards } })).toEqual(['GPU-b'])
  expect(loadedBeside({ gpus, box: { part: 'together', cards } })).toEqual(['GPU-b'])
  expect(isSideBySide({ gpus, box: { part: 'joined', cards } })).toBe(false)
  // the server of the other card was lost before this part
  expect(isSideBySide({ gpus, box: { part: 'together', cards, underLoad: ['GPU-a'] } })).toBe(false)
})
