import type { BoxPlan } from '../../harness/box/plan/box-plan.ts'
import { withoutFaulty } from '../../harness/box/preflight/faulty-cards.ts'
import { systemClock } from '../../harness/clock.ts'
import type { ServeOptions } from '../../harness/endpoint/serve/plan.ts'
import type { Check } from '../../harness/telemetry/doctor/check.ts'
import { runDoctor } from '../../harness/telemetry/doctor/run-doctor.ts'
import type { CommandIo } from '../support/io.ts'
import { preflightOf } from '../support/serving/preflight.ts'
import { makeCacheFolder } from '../support/serving/serve-options.ts'

/** Whether a box is ready for its night, and what is left of the plan. */
export interface Readiness {
  readonly checks: readonly Check[]
  readonly plan: BoxPlan
  /** Why nothing can be measured, with what to do; null where something can. */
  readonly ends: string | null
}

/** What is asked of a box before its night. */
export interface ReadinessQuestions {
  readonly nvidiaSmi: string
  readonly serving: ServeOptions
  /** Go on with the whole plan, whatever is found. */
  readonly force: boolean
}

/**
 * The doctor on the cards of the plan, then the preflight of everything that servers need. What is wrong is printed as it is found.
 * A fault of the machine, or a cause that hits every server, ends the night before anything starts.
 */
export async function readiness(
  plan: BoxPlan,
  { nvidiaSmi, serving, force }: ReadinessQuestions,
  io: CommandIo,
): Promise<Readiness> {
  const print = (who: string, checks: readonly Check[]) => {
    for (const { id, status, read, fix } of checks) {
      if (status !== 'fail' && status !== 'warn') continue
      io.stderr.write(`${who}: ${id} ${status}: ${read}${fix === '' ? '' : `; ${fix}`}\n`)
    }
  }
  const expected = plan.cards.map(({ entry }) => entry)
  const uuids = plan.cards.map(({ uuid }) => uuid)
  const doctor = await runDoctor({ nvidiaSmi, clock: systemClock, uuids, expected })
  print('doctor', doctor.checks)
  const sound = force ? { plan, ends: null } : withoutFaulty(plan, doctor.checks)
  if (sound.ends !== null) {
    return { checks: doctor.checks, plan: sound.plan, ends: `${sound.ends}; --force continues` }
  }
  await makeCacheFolder(serving)
  const preflight = await preflightOf(sound.plan, serving, { env: io.env, mayPull: true })
  print('preflight', preflight.checks)
  const checks = [...doctor.checks, ...preflight.checks]
  return force ? { checks, plan, ends: null } : { checks, plan: preflight.plan, ends: preflight.ends }
}
