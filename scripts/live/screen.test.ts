import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { bottomOf } from '../support/streams.ts'
import { screenOn } from './screen.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A screen that says `block`, a stream above it, and what the terminal was sent since the last question. */
function onTerminal() {
  let sent = ''
  const write = (text: string) => {
    sent += text
  }
  const { terminal, above } = bottomOf({ columns: 80, rows: 24 }, write)
  const screen = screenOn(terminal, { color: false }, () => [[{ text: 'block', rank: 0 }]])
  const since = () => {
    const said = sent
    sent = ''
    return said
  }
  return { screen, say: above(write), since }
}

test('the block is drawn again after whole lines, and stays away from a line that has not ended', async () => {
  const { screen, say, since } = onTerminal()
  screen.show()
  await vi.waitFor(() => expect(since()).toContain('block'))
  say('Continue? [y/N] ')
  vi.advanceTimersByTime(1000)
  expect(since()).toMatch(/Continue\? \[y\/N\] $/)
  say('')
  expect(since()).toBe('')
  say('yes\n')
  expect(since()).toMatch(/yes\n.*block/s)
  screen.hide()
})

test('a block that begins beside a line that has not ended waits for its end', async () => {
  const { screen, say, since } = onTerminal()
  say('Reading ...')
  screen.show()
  await vi.dynamicImportSettled()
  vi.advanceTimersByTime(1000)
  expect(since()).toBe('Reading ...')
  say(' done\n')
  expect(since()).toMatch(/ done\n.*block/s)
  screen.hide()
})

test('a block that nobody takes away keeps no process from its end', () => {
  vi.useRealTimers()
  const timers = vi.spyOn(globalThis, 'setInterval')
  const { screen } = onTerminal()
  screen.show()
  expect(timers.mock.results.map(({ value }) => value.hasRef())).toEqual([false])
  screen.hide()
  timers.mockRestore()
})
