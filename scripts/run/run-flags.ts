import { cardsNamed } from '../../harness/catalogue/find.ts'
import { parseAddress } from '../../harness/endpoint/address.ts'
import { JoulemarkError } from '../../harness/errors.ts'
import type { ScenarioFile } from '../../harness/scenario/schema.ts'
import type { WallAsked } from '../../harness/telemetry/wall/asked.ts'
import type { FailingOutcome } from '../support/flag-values.ts'

/** Flags of `run`. */
export interface RunFlags {
  readonly endpoint?: string
  /** Served name of the model, where it is none of the catalogue. */
  readonly servedAs?: string
  readonly card?: string
  readonly gpus?: readonly string[]
  readonly nvidiaSmi?: string
  readonly gpu: boolean
  /** Which sources of the power of CPUs and server are read; all that are found unless given. */
  readonly wall?: WallAsked
  readonly out: string
  readonly trials?: number
  readonly workers?: number
  readonly calibrate: boolean
  readonly json?: boolean
  /** Every metric and gate of each run, not only the first figures and the gates that did not pass. */
  readonly verbose?: boolean
  readonly progress: boolean
  readonly requireQuotable?: boolean
  /** Cards to simulate instead of using an endpoint, separated by commas. */
  readonly simulate?: string
  readonly quick?: boolean
  /** Go on when the terminal is lost, with a log in the --out folder. */
  readonly unattended?: boolean
  /** Load the server although it serves others. */
  readonly force?: boolean
  /** Compare with the baselines of the server afterwards. */
  readonly against?: 'baseline'
  /** Starts of the simulator for each scenario; three with --against, otherwise one. */
  readonly starts?: number
  readonly failOn?: readonly FailingOutcome[]
  /** Store to push each run to at its end, false for none; by default the one of the environment. */
  readonly store?: string | false
}

/** Contradictions between flags, whatever is run. Throws `bad-input`, one line. */
export function checkFlags({ endpoint, simulate, quick, starts, card }: RunFlags): void {
  if (card !== undefined) cardsNamed(card)
  if (simulate !== undefined && endpoint !== undefined) {
    throw new JoulemarkError('bad-input', '--simulate and --endpoint exclude each other; give one of them')
  }
  if (quick && simulate === undefined) {
    throw new JoulemarkError(
      'bad-input',
      '--quick requires --simulate; a live trial has the length that its scenario sets',
    )
  }
  if (starts !== undefined && starts > 1 && simulate === undefined) {
    throw new JoulemarkError(
      'bad-input',
      '--starts requires --simulate, because joulemark does not start the server at --endpoint: restart it and run again, or let joulemark box start it',
    )
  }
  if (simulate !== undefined) cardsNamed(simulate, '--simulate')
  if (endpoint !== undefined) parseAddress(endpoint)
}

/** What the scenarios require of the flags: an endpoint, which only a training command does not. Throws `bad-input`. */
export function checkDoors(files: readonly ScenarioFile[], { endpoint, simulate, servedAs }: RunFlags): void {
  if (servedAs !== undefined) checkServedAs(files, simulate)
  const needs = files.find((file) => file.kind !== 'training')
  if (simulate !== undefined || endpoint !== undefined || needs === undefined) return
  throw new JoulemarkError(
    'bad-input',
    `scenario ${needs.name}: requires a server: --endpoint URL, such as http://127.0.0.1:8000`,
  )
}

/** One served name can be one model only. */
function checkServedAs(files: readonly ScenarioFile[], simulate: string | undefined): void {
  const models = [...new Set(files.flatMap((file) => (file.kind === 'training' ? [] : [file.model])))]
  if (simulate !== undefined || models.length !== 1) {
    const why =
      simulate === undefined
        ? `these scenarios require ${models.join(', ') || 'no server'}`
        : 'the simulator has its own'
    throw new JoulemarkError('bad-input', `--served-as is the served name of one model; ${why}`)
  }
}
