import { expect, test } from 'vitest'
import { jsonLog, logFormatIn } from './json-log.ts'
import { openLive } from './live.ts'

function logged() {
  const lines: string[] = []
  const log = jsonLog(
    (line) => lines.push(line),
    () => new Date('2026-11-27T18:00:00Z'),
  )
  return { ...log, objects: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) }
}
const time = '2026-11-27T18:00:00.000Z'

test('every line that is written is one object, in whatever pieces it comes', () => {
  const { view, end, objects } = logged()
  view.write('\u001b[1mone\u001b[22m line\ntwo ')
  view.write('pieces\n\nwarning: slow\nerror: unknown option')
  end()
  end()
  expect(objects()).toEqual([
    { time, event: 'message', level: 'info', message: 'one line' },
    { time, event: 'message', level: 'info', message: 'two pieces' },
    { time, event: 'message', level: 'warn', message: 'slow' },
    { time, event: 'message', level: 'error', message: 'unknown option' },
  ])
})

test('a warning of a run is an object with its level and its card', () => {
  const { view, objects } = logged()
  openLive(view).lane('GPU 0').warn('a request failed')
  expect(objects()).toEqual([{ time, event: 'message', level: 'warn', message: 'a request failed', lane: 'GPU 0' }])
})

test('the format is known before the words of a command are read', () => {
  expect(logFormatIn(['run', '--log-format', 'json', 'x'])).toBe('json')
  expect(logFormatIn(['run', '--log-format=json'])).toBe('json')
  expect(logFormatIn(['run', '--log-format', 'text'])).toBe('text')
  expect(logFormatIn(['run', 'json', '--log-format'])).toBe('text')
  expect(logFormatIn(['run', '--', '--log-format=json'])).toBe('text')
})
