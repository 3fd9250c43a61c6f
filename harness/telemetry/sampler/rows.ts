import { type GpuRow, roundMs } from '../../record/rows.ts'
import type { SelectedField } from '../smi/fields.ts'
import { createClockOffset } from './clock-offset.ts'
import { describeEvent, type SamplerEvent, type SamplerEventData } from './events.ts'
import { parseSmiLine, type SmiSample } from './smi-line.ts'

const KEPT_EVENTS = 1000

export interface RowSink {
  readonly originMs: number
  readonly onRow: (row: GpuRow) => void
  readonly onEvent?: ((event: SamplerEvent) => void) | undefined
}

/** Turns lines of the loop into rows on the run's clock and into events. */
export function createRowMaker({ originMs, onRow, onEvent }: RowSink) {
  const events: SamplerEvent[] = []
  const reported = new Set<string>()
  let rows = 0

  const report = (data: SamplerEventData): void => {
    const event = { ...data, message: describeEvent(data) }
    if (events.length < KEPT_EVENTS) events.push(event)
    onEvent?.(event)
  }
  /** Reported once per card and column: a lost card prints the same text in every row. */
  const sick = (atMs: number, uuid: string, field: string, text: string): void => {
    if (reported.has(`${uuid} ${field}`)) return
    reported.add(`${uuid} ${field}`)
    report({ kind: 'sick-value', atMs, uuid, field, text })
  }
  const offset = createClockOffset<{ stampMs: number; arrivalMs: number; sample: SmiSample }>((step) =>
    report({ kind: 'clock-step', atMs: roundMs(step.atMs - originMs), stepMs: roundMs(step.stepMs) }),
  )
  const emit = (sample: SmiSample, timeMs: number, arrivalMs: number): void => {
    const { stampMs: _, uuid, ...values } = sample
    rows += 1
    onRow({ timeMs: roundMs(timeMs - originMs), arrivalMs: roundMs(arrivalMs - originMs), uuid, ...values })
  }
  const emitPlaced = (placed: ReturnType<typeof offset.place>): void => {
    for (const { item, timeMs } of placed) emit(item.sample, timeMs, item.arrivalMs)
  }

  return {
    event: report,
    /** Takes one line; true when it was a row. `arrivalMs` is on the clock, not yet on the run's. */
    take(line: string, arrivalMs: number, fields: readonly SelectedField[]): boolean {
      const parsed = parseSmiLine(line, fields)
      const atMs = roundMs(arrivalMs - originMs)
      if (parsed.kind === 'blank') return false
      if (parsed.kind === 'nameless') {
        sick(atMs, parsed.text, 'uuid', parsed.text)
        return false
      }
      if (parsed.kind !== 'row') {
        const text = (parsed.kind === 'fatal' ? parsed.reason : parsed.text).slice(0, 300)
        // each start of a failing loop prints the same
        if (parsed.kind === 'fatal' && reported.has(text)) return false
        if (parsed.kind === 'fatal') reported.add(text)
        report({ kind: parsed.kind === 'malformed' ? 'malformed' : 'device-line', atMs, text })
        return false
      }
      const { sample } = parsed
      for (const { field, text } of parsed.sick) sick(atMs, sample.uuid, field, text)
      // Without a stamp the arrival time is used: it can be late, never early.
      if (sample.stampMs === null) emit(sample, arrivalMs, arrivalMs)
      else emitPlaced(offset.place({ stampMs: sample.stampMs, arrivalMs, sample }))
      return true
    },
    /** Emits the rows that were held back: for the end of a run. */
    flush: () => emitPlaced(offset.flush()),
    rows: () => rows,
    events: (): readonly SamplerEvent[] => events,
  }
}
