import type { Progress, Tick } from '../../harness/run/progress.ts'
import { progressView } from '../support/progress-view.ts'
import { oneRow, type View } from '../support/view.ts'

const CLEAR = '\r\u001b[2K'

/** Progress of runs at the same time: the lines of each begin with its card, and share one live line on a terminal. */
export interface LaneProgress {
  /** The progress of one run. `label` begins its lines; empty where there is one card. */
  lane(label: string): Progress
  /** A line of its own, in place of a live line. */
  line(text: string): void
  /** The run has ended: it is no part of the live line any more. */
  ended(label: string): void
}

/** Progress on a view, for runs that may be several at once. */
export function laneProgress(view: View): LaneProgress {
  const states = new Map<string, string>()
  const clear = view.isTTY ? CLEAR : ''
  const draw = () => {
    const all = [...states].map(([label, state]) => `${label}${state}`).join('  |  ')
    view.write(`${clear}${oneRow(view, `  ${all}`)}`)
  }
  return {
    lane(label) {
      if (label === '') return progressView(view, true)
      const write = (text: string) => view.write(`${clear}${label}${text}`)
      const lines = progressView({ ...view, isTTY: false, write }, true)
      if (!view.isTTY) return lines
      return {
        ...lines,
        tick: (tick) => {
          states.set(label, stateOf(tick))
          draw()
        },
      }
    },
    line: (text) => view.write(`${clear}${text}\n`),
    ended: (label) => void states.delete(label),
  }
}

const stateOf = ({ label, elapsedMs, totalMs, waitingFor, inFlight, eventsPerS, powerW }: Tick): string => {
  const seconds = `${(elapsedMs / 1000).toFixed(0)}/${(totalMs / 1000).toFixed(0)} s`
  const power = powerW === null ? '' : `, ${powerW.toFixed(0)} W`
  return `${label} ${seconds}, ${waitingFor ?? `${inFlight} in flight, ~${eventsPerS.toFixed(0)} tokens/s`}${power}`
}
