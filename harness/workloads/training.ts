import { fileURLToPath } from 'node:url'
import type { Model } from '../catalogue/types.ts'
import type { TrainingScenario } from '../scenario/schema.ts'
import { startTraining } from './training-driver.ts'
import { unknownEndpoint, type Workload } from './workload.ts'

const SCRIPT = fileURLToPath(new URL('../../scripts/train-qlora.py', import.meta.url))

/** Prepares a training command: scripts/train-qlora.py with the scenario's settings, or the scenario's own command. */
export async function prepareTraining(scenario: TrainingScenario, model: Model): Promise<Workload> {
  const command = commandOf(scenario, model)
  return {
    address: null,
    endpoint: { ...unknownEndpoint(`command:${command[0]}`), model: model.servedAs[0] ?? model.key },
    simulatedBy: null,
    command,
    oom: null,
    start: async (startOptions, listener) => startTraining({ command, scenario, startOptions }, listener),
  }
}

/** The command as a list of arguments, without a shell. */
export function commandOf(scenario: TrainingScenario, model: Model): readonly string[] {
  const { batch, sequenceTokens, rank, gradientCheckpointing, steps, python, tiny, command } = scenario.training
  if (command) return command
  return [
    python,
    SCRIPT,
    ...(tiny ? ['--tiny'] : ['--model', model.servedAs[0] ?? model.key]),
    ...['--batch', batch, '--sequence-tokens', sequenceTokens, '--rank', rank, '--steps', steps].map(String),
    ...['--seed', String(scenario.seed)],
    ...(gradientCheckpointing ? ['--gradient-checkpointing'] : []),
  ]
}
