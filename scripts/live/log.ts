import { styleText } from 'node:util'
import { brokenAtWords, type View } from '../support/view.ts'
import type { LogEvent } from './log-event.ts'

/** Writes events of a live display: as JSON, as lines with their time, or above the live block of a terminal. */
export interface Log {
  /** Something that happened. */
  say(event: LogEvent): void
  /** What a terminal shows in its live block, and every other log in a line. */
  saySoFar(event: LogEvent): void
}

/** The log on a view. Lines that are no progress have no times where there is none: `hasTimes`. */
export function logOn(view: View, hasTimes: boolean, now: () => Date = () => new Date()): Log {
  const say = (event: LogEvent) => {
    if (view.event) view.event(event)
    else view.write(`${view.isTTY ? painted(view, event) : `${hasTimes ? `${stamp(now())} ` : ''}${lineOf(event)}`}\n`)
  }
  return {
    say,
    saySoFar: (event) => (view.isTTY && !view.event ? view.keep?.(lineOf(event)) : say(event)),
  }
}

/** The time at the beginning of a line, in UTC: `2026-11-27T18:00:00Z`. */
export const stamp = (at: Date): string => `${at.toISOString().slice(0, 19)}Z`

/** The line of an event in text, without its time. */
export function lineOf(event: LogEvent): string {
  // a terminal is told of the record at its end
  return `${shortLineOf(event)}${event.event === 'run-started' ? `; record: ${event.record}` : ''}`
}

function shortLineOf({ lane, level, message }: LogEvent): string {
  const where = lane === undefined ? '' : `${lane}: `
  return `${where}${level === 'warn' ? 'warning: ' : ''}${message}`
}

function painted(view: View, event: LogEvent): string {
  const broken = brokenAtWords(view, shortLineOf(event))
  if (!view.color) return broken
  if (event.level === 'warn') return styleText('yellow', broken, { validateStream: false })
  return event.event === 'run-started' ? styleText('bold', broken, { validateStream: false }) : broken
}
