import { modelByKey } from '../../../harness/catalogue/own-models.ts'
import type { LaunchPlan } from '../../../harness/endpoint/serve/launch-plan.ts'
import { shellLine } from '../../../harness/endpoint/serve/plan.ts'
import { shellWord } from '../../../harness/plain-text.ts'
import type { Scenario } from '../../../harness/scenario/schema.ts'
import { commandOf } from '../../../harness/workloads/training.ts'

/**
 * What is started for a scenario, as a line to paste into a POSIX shell: the container of a server, or of a training with the
 * command of the scenario in it.
 */
export function launchLine(plan: LaunchPlan, scenario: Scenario): string {
  const command = commandIn(scenario)
  if (plan.kind === 'command' && plan.words.length === 0) return command.map(shellWord).join(' ')
  return shellLine([...plan.argv, ...command], plan.engine, plan.image)
}

/** The command that runs in the container of a training; none for a server. */
function commandIn(scenario: Scenario): readonly string[] {
  const model = modelByKey(scenario.model)
  return scenario.kind === 'training' && model !== null ? commandOf(scenario, model, 'python3') : []
}
