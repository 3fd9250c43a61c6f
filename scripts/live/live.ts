import { plainText } from '../../harness/plain-text.ts'
import type { Progress } from '../../harness/run/progress.ts'
import type { View } from '../support/view.ts'
import { progressEvent, startedEvent, trialEvent } from './events.ts'
import { frame } from './frame.ts'
import { type Lane, newLane, runFacts, withTick, withTrial } from './lane.ts'
import { logOn } from './log.ts'
import type { LogEvent } from './log-event.ts'
import { type Screen, screenOn } from './screen.ts'
import { type Left, leftOfLane, leftOfRuns } from './time-left.ts'

/** Without a live block, a phase or step that goes on is said again after this time. */
const HEARTBEAT_MS = 30_000

/** A step that is no run: a download, a server that starts, runs that are computed again. */
export interface Step {
  /** How far it is: a row of the live block, and a line of other logs if it `isNews`, else every 30 seconds. */
  at(text: string, isNews?: boolean): void
  /** It is over; its last words are a line of the log. */
  ended(text?: string): void
}

/** What a command shows while it works: a live block on a terminal, lines with times or JSON elsewhere. */
export interface Live {
  /** The progress of one run after another in one place, such as a card; `''` where there is one place. Of its warnings, each is said once. */
  lane(name?: string): Progress
  step(name: string): Step
  /** A line of the log. */
  line(text: string): void
  warn(text: string): void
  /** What is left beyond the runs, read at each redraw; null for nothing. It is told what is left of the runs, in ms, where that is known. */
  beyond(left: ((ofRunMs: number | null) => readonly Left[]) | null): void
}

export interface LiveOptions {
  /** Whether progress is shown; notes and warnings are in any case. */
  readonly isShown?: boolean
  /** Which notes and warnings are said; all unless given. */
  readonly isSaid?: (message: string) => boolean
  /** Time in ms on a clock that never goes back; for tests. */
  readonly nowMs?: () => number
}

/** The live display of a command on a view. It is drawn while there are lanes or steps, and takes itself away after them. */
export function openLive(view: View, options: LiveOptions = {}): Live {
  const { isShown = true, isSaid = () => true, nowMs = () => performance.now() } = options
  const log = logOn(view, isShown)
  const lanes = new Map<string, Lane>()
  const steps = new Map<string, string>()
  const saidMs = new Map<string, number>()
  const warned = new Set<string>()
  let left: ((ofRunMs: number | null) => readonly Left[]) | null = null
  const beyond = () => left?.(leftOfRuns([...lanes.values()])) ?? []
  const rows = (size: { readonly columns: number; readonly rows: number }) =>
    frame({ lanes: [...lanes.values()], steps: [...steps.values()], left: beyond() }, size)
  const screen: Screen | null = isShown && view.terminal ? screenOn(view.terminal, view, rows) : null
  const update = () => (lanes.size + steps.size > 0 ? screen?.show() : screen?.hide())
  const say = (event: LogEvent) => log.say({ ...event, message: plainText(event.message) })
  const message = (level: 'info' | 'warn', text: string, lane: { lane?: string } = {}) => {
    if (isSaid(text)) say({ event: 'message', level, message: text, ...lane })
  }
  /** At the beginning of a phase, and every 30 seconds. */
  const heartbeat = (key: string, isNew: boolean, event: () => LogEvent) => {
    const last = saidMs.get(key)
    if (!isNew && last !== undefined && nowMs() - last < HEARTBEAT_MS) return
    saidMs.set(key, nowMs())
    log.saySoFar(event())
  }

  function lane(name = ''): Progress {
    const tag = name === '' ? {} : { lane: plainText(name) }
    const note = (text: string) => message('info', text, tag)
    // most warnings hold for every run in one place, and each record has its own
    const warn = (text: string) => {
      const key = JSON.stringify([name, text])
      if (!warned.has(key)) message('warn', text, tag)
      warned.add(key)
    }
    const quiet = () => undefined
    if (!isShown) return { doing: quiet, started: quiet, tick: quiet, trialDone: quiet, ended: quiet, note, warn }
    const now = () => lanes.get(name) ?? newLane(name, nowMs())
    const set = (next: Lane) => {
      lanes.set(name, next)
      update()
    }
    return {
      doing(what) {
        const doing = plainText(what)
        set({ ...newLane(name, nowMs()), doing })
        log.saySoFar({ event: 'step', level: 'info', message: doing, ...tag })
      },
      started(record, directory) {
        const run = runFacts(record, directory)
        set({ ...newLane(name, nowMs()), run, doing: 'starting' })
        say({ ...startedEvent(run), ...tag })
      },
      tick(tick) {
        const before = now()
        const next = withTick(before, tick, nowMs())
        set(next)
        const isBegin = before.tick?.label !== tick.label
        heartbeat(`lane ${name}`, isBegin, () => ({
          ...progressEvent(next, tick, [...leftOfLane(next), ...beyond()], isBegin),
          ...tag,
        }))
      },
      trialDone(trial, record) {
        const next = withTrial(now(), record)
        set(next)
        say({ ...trialEvent(next, trial, record), ...tag })
      },
      ended() {
        lanes.delete(name)
        saidMs.delete(`lane ${name}`)
        update()
      },
      note,
      warn,
    }
  }

  function step(name: string): Step {
    return {
      at(text, isNews = false) {
        const line = plainText(`${name}: ${text}`)
        if (isShown) steps.set(name, line)
        update()
        if (isShown) heartbeat(`step ${name}`, isNews, () => ({ event: 'step', level: 'info', message: line }))
      },
      ended(text) {
        steps.delete(name)
        saidMs.delete(`step ${name}`)
        update()
        if (text !== undefined) say({ event: 'step', level: 'info', message: `${name}: ${text}` })
      },
    }
  }

  return {
    lane,
    step,
    line: (text) => message('info', text),
    warn: (text) => message('warn', text),
    beyond(read) {
      left = read
    },
  }
}
