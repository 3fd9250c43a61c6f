import { expect, test } from 'vitest'
import { untilMeasured } from './until-measured.ts'

const played = async (enough: number, over = {}) => {
  const seen: number[] = []
  const play = async (seconds: number) => {
    seen.push(seconds)
    return seconds
  }
  const last = await untilMeasured(play, (seconds) => seconds >= enough, { fromSeconds: 2, ...over })
  return { seen, last }
}

test('a run that measured at once is not played again', async () => {
  expect(await played(2)).toEqual({ seen: [2], last: 2 })
})

test('a run that measured nothing is played twice as long, up to the longest', async () => {
  expect(await played(7)).toEqual({ seen: [2, 4, 8], last: 8 })
  expect(await played(1000)).toEqual({ seen: [2, 4, 8, 16], last: 16 })
  expect(await played(1000, { toSeconds: 4 })).toEqual({ seen: [2, 4], last: 4 })
})
