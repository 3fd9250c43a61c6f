import { parseArgs } from 'node:util'
import { JoulemarkError } from '../../errors.ts'

/** A simulated box: its cards, their faults and its power supply. */
export interface BoxOptions {
  readonly card: string
  readonly gpus: number
  readonly seed: number
  /** `0=weak,2=hot`; empty for a healthy box (faults.ts). */
  readonly faults: string
  /** Power in W that all cards together may draw; null = enough. */
  readonly powerBudgetW: number | null
  /** How long a server takes to start. */
  readonly startMs: number
  /** Load after which a card with the fault `dead` is gone. */
  readonly deadAfterMs: number
  /** Share of its speed that a card with the fault `fading` loses in a second of load. */
  readonly fadePerS: number
}

export const boxDefaults = {
  seed: 1,
  faults: '',
  powerBudgetW: null,
  startMs: 0,
  deadAfterMs: 20_000,
  fadePerS: 0.0005,
} as const satisfies Omit<BoxOptions, 'card' | 'gpus'>

/** Most cards of a box: a server has at most sixteen. */
const MOST_GPUS = 16

/** Parses the command line of the box's process. Throws `bad-input` with one line. */
export function parseBoxOptions(args: readonly string[]): BoxOptions {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...args],
    options: {
      card: text,
      gpus: text,
      seed: text,
      faults: text,
      'power-budget-w': text,
      'start-ms': text,
      'dead-after-ms': text,
      'fade-per-s': text,
    },
  })
  const number = (name: Exclude<keyof typeof values, 'card' | 'faults'>, otherwise: number): number => {
    const given = values[name]
    const value = given === undefined ? otherwise : Number(given)
    if (Number.isFinite(value) && value >= 0) return value
    throw new JoulemarkError('bad-input', `simulated box: --${name} ${given}: expected a number of at least 0`)
  }
  const gpus = number('gpus', 1)
  if (values.card === undefined) throw new JoulemarkError('bad-input', 'simulated box: --card is missing')
  if (!(Number.isInteger(gpus) && gpus >= 1 && gpus <= MOST_GPUS)) {
    throw new JoulemarkError('bad-input', `simulated box: --gpus ${gpus}: expected 1 to ${MOST_GPUS}`)
  }
  return {
    card: values.card,
    gpus,
    seed: number('seed', boxDefaults.seed),
    faults: values.faults ?? boxDefaults.faults,
    powerBudgetW: values['power-budget-w'] === undefined ? null : number('power-budget-w', 0),
    startMs: number('start-ms', boxDefaults.startMs),
    deadAfterMs: number('dead-after-ms', boxDefaults.deadAfterMs),
    fadePerS: number('fade-per-s', boxDefaults.fadePerS),
  }
}

/** The command line that `parseBoxOptions` parses into the same options. */
export const boxArguments = (options: BoxOptions): string[] =>
  Object.entries(options).flatMap(([key, value]) =>
    value === null ? [] : [`--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, String(value)],
  )
