import type { Measured } from '../record/measured.ts'
import type { GpuRow, WallRow } from '../record/rows.ts'
import { seededRandom } from '../simulator/random.ts'
import { gpuRow } from './rows.ts'
import { makeTextTrial } from './trial-builder.ts'

/** A server whose power is known at every moment, and the readings of its sensors. */
export interface WallTrace {
  readonly trials: ReturnType<typeof makeTextTrial>[]
  readonly gpuRows: GpuRow[]
  /** True energy of the server over a span, in J. */
  readonly trueJ: (fromMs: number, toMs: number) => number
  readonly endMs: number
}

/** A management controller: it averages, holds its value until its next update, and answers late. */
export interface Controller {
  readonly averagingMs: number
  readonly updateMs: number
  readonly latencyMs: number
  readonly stepW: number
}

const IDLE_W = 60
const LOAD_W = 350
export const HOST_W = 180
export const PER_CARD_W = 1.12

/** Trials of a length, with padding between them. The lengths are no multiples of an update of a sensor, as those of real runs are not. */
export function wallTrace({ trials = 3, trialS = 30.371, gapS = 6.293, startS = 12 }): WallTrace {
  const spans = Array.from({ length: trials }, (_, index) => {
    const startMs = (startS + index * (trialS + gapS)) * 1000
    return { startMs, endMs: startMs + trialS * 1000 }
  })
  const endMs = (spans.at(-1)?.endMs ?? 0) + 12_000
  /** Integral of the power of the card from 0, in W ms. */
  const cardUpTo = (timeMs: number): number =>
    spans.reduce(
      (sum, span) => sum + (LOAD_W - IDLE_W) * Math.max(0, Math.min(timeMs, span.endMs) - span.startMs),
      IDLE_W * timeMs,
    )
  const gpuRows: GpuRow[] = []
  for (let timeMs = 1000; timeMs <= endMs; timeMs += 200) {
    gpuRows.push(gpuRow(timeMs, { powerW: (cardUpTo(timeMs) - cardUpTo(timeMs - 1000)) / 1000, powerInstantW: null }))
  }
  return {
    trials: spans.map(({ startMs, endMs: trialEndMs }, index) =>
      makeTextTrial({
        index,
        startMs,
        sendUntilMs: trialEndMs,
        endMs: trialEndMs,
        windowStartMs: startMs + 1500,
        windowEndMs: trialEndMs - 500,
        outputTokens: 10_000,
      }),
    ),
    gpuRows,
    trueJ: (fromMs, toMs) => (HOST_W * (toMs - fromMs) + PER_CARD_W * (cardUpTo(toMs) - cardUpTo(fromMs))) / 1000,
    endMs,
  }
}

/** Readings of a controller, and their true delay: the mean age of the middle of what they average, of those beside a step. */
export interface ControllerReadings {
  readonly rows: WallRow[]
  readonly delayMs: number
}

/** Time on both sides of a step of which the readings show it. */
const BESIDE_MS = 2000

/** Readings of a controller about every second, and not exactly then. */
export function readController(trace: WallTrace, controller: Controller, seed: number): ControllerReadings {
  const random = seededRandom(seed)
  const phaseMs = random() * controller.updateMs
  const rows: WallRow[] = []
  const agesMs: number[] = []
  const stepsMs = trace.trials.flatMap(({ startMs, endMs }) => [startMs, endMs])
  for (let timeMs = 100; timeMs <= trace.endMs; timeMs += 1000 + 60 * random()) {
    const { averagingMs, updateMs, latencyMs, stepW } = controller
    const atMs = Math.floor((timeMs - latencyMs - phaseMs) / updateMs) * updateMs + phaseMs
    const spanMs = Math.max(1, averagingMs)
    const meanW = (1000 * trace.trueJ(atMs - spanMs, atMs)) / spanMs
    const powerW = Math.round(meanW / stepW) * stepW
    rows.push({ timeMs, source: 'ipmi', domain: 'server', powerW, energyUj: null })
    const middleMs = atMs - averagingMs / 2
    const ageMs = timeMs - middleMs
    if (stepsMs.some((stepMs) => Math.abs(middleMs - stepMs) < BESIDE_MS + averagingMs / 2 + updateMs / 2))
      agesMs.push(ageMs)
  }
  return { rows, delayMs: agesMs.reduce((sum, ageMs) => sum + ageMs, 0) / agesMs.length }
}

/** The rows alone. */
export const controllerRows = (...of: Parameters<typeof readController>): WallRow[] => readController(...of).rows

/** A counter of the CPU's energy in µJ that draws `powerW` and begins again at 0 after `rangeUj`. */
export function counterRows(endMs: number, powerW: number, rangeUj: number, startUj: number): WallRow[] {
  const rows: WallRow[] = []
  for (let timeMs = 0; timeMs <= endMs; timeMs += 997) {
    const energyUj = Math.round(startUj + powerW * timeMs * 1000) % rangeUj
    rows.push({ timeMs, source: 'rapl', domain: 'package-0', powerW: null, energyUj })
  }
  return rows
}

/** A known value; throws where there is none. */
export function known(value: Measured | undefined): number {
  if (typeof value !== 'number') throw new Error(`no value: ${JSON.stringify(value)}`)
  return value
}
