import { JoulemarkError } from '../errors.ts'
import { counted } from '../units.ts'
import type { Load } from './load-schema.ts'
import { connectionsOf } from './load-shape.ts'
import type { ScenarioFile } from './schema.ts'

/** A text scenario file as written: the only kind that may contain a sweep. */
export type TextFile = Extract<ScenarioFile, { kind: 'text' }>
export type PlainTextFile = Omit<TextFile, 'load'> & { readonly load: Load }

/** A scenario file that is one run. */
export type PlainScenarioFile = PlainTextFile | Exclude<ScenarioFile, { kind: 'text' }>

/**
 * The runs of a scenario file: itself, or one for each value of its sweep, named after the value.
 * A search for the highest rate has no list of runs; the command line drives it.
 */
export function expandSweep(file: ScenarioFile): PlainScenarioFile[] {
  if (file.kind !== 'text') return [file]
  const { load } = file
  if (load.shape !== 'sweep') return [{ ...file, load }]
  if (load.concurrency) return load.concurrency.map((concurrency) => atConcurrency(file, concurrency))
  if (load.ratePerS) return load.ratePerS.map((ratePerS) => atRate(file, ratePerS))
  throw new JoulemarkError('bad-input', `scenario ${file.name}: a search for the highest rate is not a list of runs`)
}

/**
 * The run of a file that asks most of a server, which then serves the others: of a sweep the point with the most requests at
 * once, of a search its highest rate.
 */
export function widestRun(file: ScenarioFile): PlainScenarioFile {
  if (file.kind === 'text' && file.load.shape === 'sweep' && file.load.highestRate !== undefined) {
    return atRate(file, file.load.highestRate.toPerS)
  }
  const width = (run: PlainScenarioFile): number => (run.kind === 'text' ? connectionsOf(run.load) : 0)
  return expandSweep(file).reduce((widest, run) => (width(run) >= width(widest) ? run : widest))
}

/** One point of a sweep of loads that are kept in flight: of a file with such a sweep, or with one such load. */
export function atConcurrency(file: TextFile, concurrency: number): PlainTextFile {
  const { load } = file
  if (!isClosed(load)) throw new TypeError('atConcurrency requires a load that is kept in flight')
  return {
    ...file,
    name: `${file.name}-c${concurrency}`,
    title: `${file.title}, ${counted(concurrency, load.session ? 'conversation' : 'stream')}`,
    load: {
      shape: 'closed',
      concurrency,
      rampSeconds: load.rampSeconds || 1,
      ...(load.session ? { session: load.session } : {}),
    },
  }
}

/** The name of the file of a run that is one point of a sweep; of any other run its own name. */
export const sweptName = (name: string): string => name.replace(/-[cr]\d+(?:\.\d+)?$/, '')

type ClosedLoad = Extract<TextFile['load'], { shape: 'closed' | 'sweep' }>

/** Whether a load keeps requests or sessions in flight, one number of them or several. */
export const isClosed = (load: TextFile['load']): load is ClosedLoad =>
  load.shape === 'closed' || (load.shape === 'sweep' && load.concurrency !== undefined)

/** One point of a rate sweep or search. */
export function atRate(file: TextFile, ratePerS: number): PlainTextFile {
  const { load } = file
  if (load.shape !== 'sweep') throw new TypeError('atRate requires a sweep')
  const { arrivals, burstiness, rampSeconds, maxInFlight } = load
  const shown = Number(ratePerS.toPrecision(4))
  return {
    ...file,
    name: `${file.name}-r${shown}`,
    title: `${file.title}, ${shown} requests/s`,
    load: { shape: 'open', ratePerS: shown, arrivals, burstiness, rampSeconds, maxInFlight },
  }
}
