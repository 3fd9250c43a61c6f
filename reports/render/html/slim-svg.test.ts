import { expect, test } from 'vitest'
import { slimSvg } from './slim-svg.ts'

const line = (d: string, stroke: string) => `<path d="${d}" fill="none" stroke="${stroke}"></path>`

/** Where a path of M and l goes, as absolute points. */
function pointsOf(path: string): number[][] {
  const points: number[][] = []
  for (const [, command, given] of path.matchAll(/([Ml])([-\d. ]+)/g)) {
    const numbers = [...given!.matchAll(/-?(?:\d+\.?\d*|\.\d+)/g)].map(([value]) => Number(value))
    for (let at = 0; at < numbers.length; at += 2) {
      const [x, y] = command === 'l' ? points.at(-1)! : [0, 0]
      points.push([x! + numbers[at]!, y! + numbers[at + 1]!].map((value) => Math.round(value * 10) / 10))
    }
  }
  return points
}

test('a line goes through the same points, to a tenth, in fewer bytes', () => {
  const path = 'M64.04 120.26L66.5 119.24L66.5 40L458 0.35M470 -12.5L-3 7'
  const slim = slimSvg(line(path, 'red'), 'a')
  const [, d] = / d="([^"]*)"/.exec(slim)!
  expect(pointsOf(d!)).toEqual([
    [64, 120.2],
    [66.5, 119.2],
    [66.5, 40],
    [458, 0.3],
    [470, -12.5],
    [-3, 7],
  ])
  expect(slim.length).toBeLessThan(line(path, 'red').length)
})

test('lines of one look become one path, in their order; others stay apart', () => {
  const slim = slimSvg([line('M0 0L1 1', 'red'), line('M2 2L3 3', 'red'), line('M4 4L5 5', 'blue')].join(''), 'a')
  expect(slim).toBe('<path d="M0 0l1 1M2 2l1 1" stroke="red"/><path d="M4 4l1 1" stroke="blue"/>')
})

test('curves and filled shapes stay as they are, ids are those of the chart', () => {
  const shape = '<path d="M0 0A5 5 0 1 1 2 2Z" fill="red"/>'
  expect(slimSvg(shape + shape, 'a')).toBe(shape + shape)
  expect(slimSvg('<g clip-path="url(#zr3-c0)"></g>', 'my-chart')).toBe('<g clip-path="url(#g-my-chart-c0)"></g>')
})
