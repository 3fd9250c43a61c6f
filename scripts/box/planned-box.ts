import { topologyHere } from '../../harness/box/cards-here.ts'
import type { BoxCard, BoxPlan } from '../../harness/box/plan/box-plan.ts'
import { boxPlan } from '../../harness/box/plan/plan-box.ts'
import { PROBES } from '../../harness/box/plan/probes.ts'
import { withSoak } from '../../harness/box/soak/soak-plan.ts'
import type { ServeOptions } from '../../harness/endpoint/serve/plan.ts'
import { bundledNames, bundledScenario } from '../../harness/scenario/find-scenario.ts'
import { loadScenarios } from '../../harness/scenario/load-file.ts'
import { STARTS_PER_SIDE } from '../../harness/verdict/starts-per-side.ts'
import type { CommandIo } from '../support/io.ts'
import { scenarioNames } from '../support/models/scenario-models.ts'

/** What a night is asked for. */
export interface NightFlags {
  readonly suite?: readonly string[]
  /** Every bundled scenario, each server started several times. */
  readonly full?: boolean
  /** Starts of each server; absent: as many as the night is asked for. */
  readonly restarts?: number
  /** Hours of load on all cards at once, after everything else. */
  readonly soak?: number
}

/** The suite of a night that nobody asked more of, and the minutes of measuring on one card that it may take. */
const DEFAULT_SUITE = 'provisioning'
const DEFAULT_MINUTES = 30

/** The scenarios of a night, its probes first, its starts, and the minutes of measuring on one card; null: no bound. */
export async function nightOf({ suite, full = false, restarts }: NightFlags): Promise<{
  readonly names: readonly string[]
  readonly starts: number
  readonly withinMinutes: number | null
}> {
  const isDefault = suite === undefined && !full
  return {
    names: [
      ...PROBES.map(bundledScenario),
      ...(suite ?? (isDefault ? [bundledScenario(DEFAULT_SUITE)] : await allScenarios())),
    ],
    starts: restarts ?? (full ? STARTS_PER_SIDE : 1),
    withinMinutes: isDefault ? DEFAULT_MINUTES : null,
  }
}

/** The plan of a box from flags. Throws `bad-input` for a scenario that cannot be read. */
export async function plannedBox(
  flags: NightFlags,
  cards: readonly BoxCard[],
  serving: ServeOptions,
  { io, nvidiaSmi }: { readonly io: CommandIo; readonly nvidiaSmi: string | null },
): Promise<BoxPlan> {
  const { names, ...night } = await nightOf(flags)
  const files = await loadScenarios(names, await scenarioNames(io, 'refuse'))
  const isKnown = nvidiaSmi !== null && cards.length > 1
  const topology = isKnown ? await topologyHere(nvidiaSmi) : { reason: 'the cards are only planned' }
  const plan = boxPlan(files, cards, { ...serving, ...night, topology })
  return flags.soak === undefined ? plan : withSoak(plan, flags.soak, serving)
}

/** Every bundled scenario except those of the tiny test model. */
async function allScenarios(): Promise<string[]> {
  const names = await bundledNames()
  return names.filter((name) => !name.startsWith('tiny-')).map(bundledScenario)
}
