import type { BoxPlan } from '../../../harness/box/plan/box-plan.ts'
import { preflightChecks } from '../../../harness/box/preflight/checks/checks.ts'
import { gatherFacts } from '../../../harness/box/preflight/gather.ts'
import { narrowed } from '../../../harness/box/preflight/narrow.ts'
import { preflightTools } from '../../../harness/box/preflight/real-tools.ts'
import type { ServeOptions } from '../../../harness/endpoint/serve/plan.ts'
import type { Check } from '../../../harness/telemetry/doctor/check.ts'
import { type CheckView, checkLines, statusLine } from './check-lines.ts'

/** What a plan needs, checked, and what is left of it. */
export interface Preflight {
  readonly checks: readonly Check[]
  readonly plan: BoxPlan
  /** Why nothing can be measured, with what to do; null where something can. */
  readonly ends: string | null
}

/**
 * Finds out whether this machine can do what a plan needs, and takes out what cannot work. With `mayPull`, an image of 30 MB may
 * be pulled to try the GPUs in a container; nothing else is changed.
 */
export async function preflightOf(
  plan: BoxPlan,
  options: ServeOptions,
  { env, mayPull }: { readonly env: NodeJS.ProcessEnv; readonly mayPull: boolean },
): Promise<Preflight> {
  const tools = preflightTools({
    engine: options.engine ?? 'docker',
    engineArgs: options.dockerArgs ?? [],
    cacheDir: options.cacheDir,
    offline: options.offline ?? false,
    env,
    mayPull,
  })
  const facts = await gatherFacts(plan, tools)
  return { checks: preflightChecks(facts, plan), ...narrowed(plan, facts) }
}

/** What is to be downloaded, and where it goes, is told although there is room. */
const TOLD = ['image', 'weights', 'disk']

/** The checks as text, faults first, what would be skipped, and the one cause that keeps everything from running. */
export function preflightText(
  { checks, leftOut, ends }: Pick<Preflight, 'checks' | 'ends'> & Pick<BoxPlan, 'leftOut'>,
  view: CheckView,
): string {
  // where nothing is left, one line says it of all
  const skipped = (ends === null ? leftOut : []).flatMap(({ name, reason }) =>
    statusLine('skipped', `${name}: ${reason}`, view),
  )
  const last = ends === null ? [] : statusLine('', `nothing can be measured: ${ends}`, view).map((line) => line.trim())
  return `${[...checkLines(checks, { ...view, told: TOLD }), ...skipped, ...last].join('\n')}\n`
}
