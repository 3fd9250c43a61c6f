import { fileURLToPath } from 'node:url'
import type { Model } from '../catalogue/types.ts'
import type { TrainingScenario } from '../scenario/schema.ts'
import { startTraining } from './training-driver.ts'
import { unknownEndpoint, type WorkContext, type Workload } from './workload.ts'

const SCRIPT = fileURLToPath(new URL('../../scripts/train-qlora.py', import.meta.url))

/**
 * Prepares a training command: scripts/train-qlora.py with the scenario's settings, in a container if there is one, or the
 * scenario's own command.
 */
export async function prepareTraining(
  scenario: TrainingScenario,
  model: Model,
  { container, gpuUuids }: Pick<WorkContext, 'container' | 'gpuUuids'>,
): Promise<Workload> {
  const inside = container !== undefined && container.plan.words.length > 0 ? container : undefined
  const command = commandOf(scenario, model, inside === undefined ? scenario.training.python : 'python3')
  return {
    address: null,
    endpoint: { ...unknownEndpoint(`command:${command[0]}`), model: model.servedAs[0] ?? model.key },
    simulatedBy: null,
    command,
    oom: null,
    start: async (startOptions, listener) =>
      startTraining({ command, scenario, startOptions, container: inside, gpus: gpuUuids }, listener),
  }
}

/** The command as a list of arguments, without a shell, with the Python of this machine or of a container. */
export function commandOf(scenario: TrainingScenario, model: Model, python: string): readonly string[] {
  const { batch, sequenceTokens, rank, gradientCheckpointing, steps, tiny, command } = scenario.training
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
