import { JoulemarkError } from '../../harness/errors.ts'
import { type AskedLimits, parseClocks, parseConcurrency, parsePowerLimits } from '../../harness/tune/points-asked.ts'
import { checkFlags, type RunFlags } from '../run/run-flags.ts'
import type { MoneyFlags } from '../support/money/stated-money.ts'

/** Flags of `tune`. */
export interface TuneFlags
  extends MoneyFlags,
    Pick<
      RunFlags,
      | 'endpoint'
      | 'servedAs'
      | 'card'
      | 'gpus'
      | 'nvidiaSmi'
      | 'wall'
      | 'out'
      | 'trials'
      | 'workers'
      | 'calibrate'
      | 'json'
      | 'progress'
      | 'simulate'
      | 'quick'
      | 'force'
      | 'unattended'
      | 'store'
    > {
  readonly powerLimits?: string
  readonly clocks?: string
  readonly concurrency?: string
  readonly blocks?: number
  readonly seed?: number
  /** The clock lock that is in place now, `MIN,MAX` in MHz. */
  readonly clocksBefore?: string
  /** Folder of a tuning that was interrupted. */
  readonly resume?: string
  /** Only give back what a tuning left set. */
  readonly restore?: boolean
}

/** What the flags ask for, checked. */
export interface AskedTuning {
  /** Null: left as found. */
  readonly limits: AskedLimits | null
  /** Empty: not locked. */
  readonly clocksMHz: readonly number[]
  /** Null: the load of the scenario. */
  readonly concurrencies: readonly number[] | null
  readonly clockBefore: { readonly minMHz: number; readonly maxMHz: number } | null
}

/** Reads and checks the flags of a tuning. Throws `bad-input`, one line. */
export function askedTuning(flags: TuneFlags): AskedTuning {
  checkFlags({ ...flags, gpu: true })
  const { powerLimits, clocks, concurrency, clocksBefore } = flags
  if (powerLimits === undefined && clocks === undefined) {
    throw new JoulemarkError(
      'bad-input',
      'tune sets a limit or a clock: --power-limits 250..450:25 (or a list, or auto), --clocks 1200,1500, or both; joulemark sweep measures numbers of streams alone',
    )
  }
  const limits = powerLimits === undefined ? null : parsePowerLimits(powerLimits)
  const clocksMHz = clocks === undefined ? [] : parseClocks(clocks)
  if (limits === 'auto' && clocksMHz.length > 0) {
    throw new JoulemarkError('bad-input', '--power-limits auto searches limits alone; name them, or leave --clocks out')
  }
  return {
    limits,
    clocksMHz,
    concurrencies: concurrency === undefined ? null : parseConcurrency(concurrency),
    clockBefore: clocksBefore === undefined ? null : lockOf(clocksBefore),
  }
}

function lockOf(text: string): AskedTuning['clockBefore'] {
  const [, minMHz, maxMHz] = (/^(\d{1,5}),(\d{1,5})$/.exec(text.replaceAll(' ', '')) ?? []).map(Number)
  if (minMHz === undefined || maxMHz === undefined || maxMHz < minMHz || maxMHz === 0) {
    throw new JoulemarkError('bad-input', `--clocks-before ${text}: expected MIN,MAX in MHz, such as 0,1800`)
  }
  return { minMHz, maxMHz }
}
