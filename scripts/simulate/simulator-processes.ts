import { fileURLToPath } from 'node:url'
import { cardByKey } from '../../harness/catalogue/cards.ts'
import { scenarioKeysFor } from '../../harness/catalogue/find.ts'
import type { Card } from '../../harness/catalogue/types.ts'
import { JoulemarkError } from '../../harness/errors.ts'
import { atRate, expandSweep, type PlainScenarioFile } from '../../harness/scenario/expand.ts'
import { resolveScenario } from '../../harness/scenario/resolve.ts'
import type { Scenario, ScenarioFile } from '../../harness/scenario/schema.ts'
import { launchSimulator, type RunningSimulator } from '../../harness/simulator/launch.ts'
import { ownDescription } from '../../harness/simulator/own-model.ts'
import { saysOutOfMemory } from '../../harness/workloads/out-of-memory.ts'

/** The addresses of a simulator, and the scenario file to run on it. */
export interface SimulatorProcesses {
  readonly endpoint: string
  readonly nvidiaSmi: string
  readonly ipmitool: string
  readonly file: ScenarioFile
  /** The words with which the server ended for want of memory: there is none then; absent where it started. */
  readonly startFailure?: string
  stop(): Promise<void>
}

/** Nothing listens on the discard port, like on a server where vLLM could not start. */
const REFUSING = 'http://127.0.0.1:9'
const TRAINING_COMMAND = fileURLToPath(new URL('../../harness/simulator/training/command.ts', import.meta.url))

/**
 * Starts the simulator of a server with this card for a scenario: its model, its `server:` settings and its number of
 * cards. If vLLM would run out of memory at its start, there are cards but no server, as with vLLM itself.
 */
export async function startSimulator(file: ScenarioFile, cardKey: string, seed: number): Promise<SimulatorProcesses> {
  const card = cardByKey(cardKey)
  if (card === null) throw new JoulemarkError('bad-input', `--simulate ${cardKey}: no such card in the catalogue`)
  const scenario = resolveScenario(firstOf(file), scenarioKeysFor(card.key))
  const gpus = scenario.server?.tensorParallel ?? 1
  const server = { card: card.key, gpus, tensorParallel: gpus, seed }
  if (scenario.kind === 'training') {
    const simulator = await launchSimulator({ ...server, model: 'training' })
    return { ...addressesOf(simulator), file: withCommand(file, scenario, card, simulator.url) }
  }
  try {
    return {
      ...addressesOf(
        await launchSimulator({
          ...server,
          model: scenario.model,
          enablePromptTokensDetails: true,
          ...settingsOf(scenario),
        }),
      ),
      file,
    }
  } catch (error) {
    if (!(error instanceof JoulemarkError) || !saysOutOfMemory(error.message)) throw error
    const cards = await launchSimulator({ ...server, model: 'none' })
    return { ...addressesOf(cards), endpoint: REFUSING, file, startFailure: error.message }
  }
}

const addressesOf = (simulator: RunningSimulator) => ({
  endpoint: simulator.url,
  nvidiaSmi: simulator.nvidiaSmi,
  ipmitool: simulator.ipmitool,
  stop: () => simulator.stop(),
})

/** All runs of a sweep have the same server settings. */
function firstOf(file: ScenarioFile): PlainScenarioFile {
  const search = file.kind === 'text' && file.load.shape === 'sweep' ? file.load.highestRate : undefined
  if (file.kind === 'text' && search) return atRate(file, search.fromPerS)
  return expandSweep(file)[0] as PlainScenarioFile
}

/** `server:` as options of the simulator; omitted settings have vLLM's defaults. */
function settingsOf(scenario: Scenario) {
  const { maxModelLen, kvCacheDtype, maxNumSeqs, gpuMemoryUtilization } = scenario.server ?? {}
  return {
    kvCacheDtype: kvCacheDtype ?? 'auto',
    ...(maxModelLen === undefined ? {} : { maxModelLen }),
    ...(maxNumSeqs === undefined ? {} : { maxNumSeqs }),
    ...(gpuMemoryUtilization === undefined ? {} : { gpuMemoryUtilization }),
  }
}

function withCommand(
  file: ScenarioFile,
  scenario: Extract<Scenario, { kind: 'training' }>,
  card: Card,
  simulatorUrl: string,
): ScenarioFile {
  if (file.kind !== 'training') return file
  const { batch, sequenceTokens, rank, steps, gradientCheckpointing } = scenario.training
  const described = ownDescription(scenario.model)
  const flags = {
    simulator: simulatorUrl,
    card: card.key,
    model: scenario.model,
    batch,
    rank,
    steps,
    seed: scenario.seed,
  }
  const command = [
    process.execPath,
    TRAINING_COMMAND,
    ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]),
    '--sequence-tokens',
    String(sequenceTokens),
    ...(gradientCheckpointing ? ['--gradient-checkpointing'] : []),
    ...(described === null ? [] : [`--model-description=${described}`]),
  ]
  return { ...file, training: { ...file.training, command } }
}
