import { stripVTControlCharacters } from 'node:util'
import { plainText } from '../../harness/plain-text.ts'
import type { View } from '../support/view.ts'
import type { LogEvent } from './log-event.ts'

/** A log in JSON: one object per line, also of what is written as text. `end` writes a line that was not ended. */
export interface JsonLog {
  readonly view: View
  end(): void
}

/** A view whose every line is one JSON object with its time and level. */
export function jsonLog(write: (line: string) => void, now: () => Date = () => new Date()): JsonLog {
  const event = (given: LogEvent) => write(`${JSON.stringify({ time: now().toISOString(), ...given })}\n`)
  let open = ''
  const line = (text: string) => {
    const message = plainText(stripVTControlCharacters(text)).trimEnd()
    if (message === '') return
    const found = levels.find(([prefix]) => message.startsWith(prefix))
    const [prefix, level] = found ?? ['', 'info' as const]
    event({ event: 'message', level, message: message.slice(prefix.length) })
  }
  return {
    view: {
      isTTY: false,
      color: false,
      event,
      write(text) {
        const lines = (open + text).split('\n')
        open = lines.pop() ?? ''
        for (const each of lines) line(each)
      },
    },
    end() {
      line(open)
      open = ''
    },
  }
}

/** How a line of text says its level. */
const levels = [
  ['warning: ', 'warn'],
  ['error: ', 'error'],
] as const

/** The format of the log that the words of a command line ask for, known before they are read: their errors are lines of it too. */
export function logFormatIn(words: readonly string[]): 'text' | 'json' {
  const end = words.indexOf('--')
  const flags = end === -1 ? words : words.slice(0, end)
  const isJson = flags.some(
    (word, at) => word === '--log-format=json' || (word === '--log-format' && flags[at + 1] === 'json'),
  )
  return isJson ? 'json' : 'text'
}
