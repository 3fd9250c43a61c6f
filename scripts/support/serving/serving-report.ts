import type { BoxCard, BoxPlan } from '../../../harness/box/plan/box-plan.ts'
import { boxPlan } from '../../../harness/box/plan/plan-box.ts'
import { PROBES } from '../../../harness/box/plan/probes.ts'
import { cardsNamed } from '../../../harness/catalogue/find.ts'
import { bundledScenario } from '../../../harness/scenario/find-scenario.ts'
import { loadScenarios } from '../../../harness/scenario/load-file.ts'
import type { Check } from '../../../harness/telemetry/doctor/check.ts'
import { describeFound } from '../../../harness/telemetry/inventory/describe-found.ts'
import { openTelemetry } from '../../../harness/telemetry/open.ts'
import type { CommandIo } from '../io.ts'
import { scenarioNames } from '../models/scenario-models.ts'
import { type ContainerFlags, serveOptions, withHandedEnv } from './container-flags.ts'
import { preflightOf } from './preflight.ts'

/** The part of `doctor` on serving, as JSON has it. */
export interface ServingReport {
  readonly suite: readonly string[]
  readonly checks: readonly Check[]
  /** What would be skipped, each with its reason. */
  readonly leftOut: BoxPlan['leftOut']
  readonly ends: string | null
}

/** Flags of the part of `doctor` on serving. */
interface ServingFlags extends Partial<ContainerFlags> {
  readonly suite?: readonly string[]
  readonly card?: string
  readonly nvidiaSmi?: string
}

/** What `box` and `serve` need on this machine, for the scenarios of a suite. */
export async function servingReport(flags: ServingFlags, given: CommandIo): Promise<ServingReport> {
  const io = withHandedEnv({ ...flags, port: flags.port ?? FIRST_PORT }, given)
  const options = serveOptions({ ...flags, port: flags.port ?? FIRST_PORT }, io)
  const suite = flags.suite ?? ['provisioning']
  const files = await loadScenarios([...PROBES.map(bundledScenario), ...suite], await scenarioNames(io, 'refuse'))
  const cards = await cardsToServe(flags, io)
  const plan = boxPlan(files, cards, { ...options, starts: 1, withinMinutes: null, topology: { reason: 'not read' } })
  const { checks, plan: left, ends } = await preflightOf(plan, options, { env: io.env, mayPull: true })
  const why = cards.length === 0 ? 'no card was read: --card KEY checks what servers on that card need' : ends
  return { suite, checks, leftOut: left.leftOut, ends: why }
}

const FIRST_PORT = 8000

/** The cards that nvidia-smi reports, or the ones of --gpus among them; without any, one of the expected kind. */
async function cardsToServe({ nvidiaSmi, gpus, card }: ServingFlags, { env }: CommandIo): Promise<BoxCard[]> {
  const path = nvidiaSmi ?? (env['JOULEMARK_NVIDIA_SMI'] || 'nvidia-smi')
  const telemetry = await openTelemetry({ path, required: false })
  const chosen = telemetry.gpus.filter(
    ({ uuid }, at) => gpus === undefined || gpus.includes(uuid) || gpus.includes(String(at)),
  )
  const found = await Promise.all(
    chosen.map(async (gpu, index) => {
      const { entry } = await describeFound(gpu, { fingerprint: telemetry.fingerprint, now: new Date() })
      return { index, uuid: gpu.uuid, entry }
    }),
  )
  if (found.length > 0 || card === undefined) return found
  return cardsNamed(card)
    .slice(0, 1)
    .map((entry) => ({ index: 0, uuid: 'planned', entry }))
}
