import { cardsHere, plannedCards } from '../../harness/box/cards-here.ts'
import type { BoxPlan } from '../../harness/box/plan/box-plan.ts'
import { offlineOptions } from '../../harness/endpoint/serve/image/identity.ts'
import { JoulemarkError } from '../../harness/errors.ts'
import type { Check } from '../../harness/telemetry/doctor/check.ts'
import type { CommandIo } from '../support/io.ts'
import type { ContainerFlags } from '../support/serving/container-flags.ts'
import { preflightOf } from '../support/serving/preflight.ts'
import { serveOptions, withHandedEnv } from '../support/serving/serve-options.ts'
import { plannedBox } from './planned-box.ts'

/** The part of `doctor` on serving, as JSON has it. */
export interface ServingReport {
  readonly checks: readonly Check[]
  /** What would be skipped, each with its reason. */
  readonly leftOut: BoxPlan['leftOut']
  /** Why nothing can be measured, with what to do; null where something can. */
  readonly ends: string | null
}

/** Flags of the part of `doctor` on serving. */
interface ServingFlags extends Partial<ContainerFlags> {
  readonly suite?: readonly string[]
  readonly card?: string
  readonly nvidiaSmi?: string
}

const FIRST_PORT = 8000

/** What `box` and `serve` need on this machine, for the scenarios of a suite or for the night of `box`. */
export async function servingReport(given: ServingFlags, io: CommandIo): Promise<ServingReport> {
  const flags = { ...given, port: given.port ?? FIRST_PORT }
  const handed = withHandedEnv(flags, io)
  const serving = await offlineOptions(serveOptions(flags, handed), handed.env)
  const nvidiaSmi = flags.nvidiaSmi ?? (handed.env['JOULEMARK_NVIDIA_SMI'] || 'nvidia-smi')
  const { cards, reason } = await cardsToServe(flags, nvidiaSmi)
  const plan = await plannedBox(flags, cards, serving, { io: handed, nvidiaSmi })
  const { checks, plan: left, ends } = await preflightOf(plan, serving, { env: handed.env, mayPull: true })
  return { checks, leftOut: left.leftOut, ends: reason ?? ends }
}

/** The cards of this machine, which the doctor itself compares with the expected one; without any, one of the expected kind. */
async function cardsToServe({ card, gpus }: ServingFlags, nvidiaSmi: string) {
  try {
    return { cards: await cardsHere(nvidiaSmi, undefined, gpus), reason: null }
  } catch (error) {
    if (!(error instanceof JoulemarkError) || gpus !== undefined) throw error
    return card === undefined
      ? { cards: [], reason: `${error.message}; --card KEY checks what servers on that card need` }
      : { cards: plannedCards(card, undefined), reason: null }
  }
}
