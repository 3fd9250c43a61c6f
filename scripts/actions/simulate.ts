import { requireBundledCard } from '../../harness/catalogue/find.ts'
import { imageModels } from '../../harness/catalogue/image-models.ts'
import { modelKeys } from '../../harness/catalogue/models.ts'
import { modelByKey, whyNoModel } from '../../harness/catalogue/own-models.ts'
import { JoulemarkError } from '../../harness/errors.ts'
import { faultNames, lieNames, readNames, sensorFaultNames } from '../../harness/simulator/faults/names.ts'
import { launchSimulator } from '../../harness/simulator/launch.ts'
import { engineNamed } from '../../harness/simulator/options.ts'
import { calledAs } from '../../harness/version.ts'
import { simulateBox } from '../simulate/simulate-box.ts'
import { untilStopped } from '../simulate/until-stopped.ts'
import type { CommandIo } from '../support/io.ts'
import { scenarioNames } from '../support/models/scenario-models.ts'

/** Flags of `simulate`. */
export interface SimulateFlags {
  readonly card: string
  readonly model?: string
  /** Cards of a whole server; with it no model. */
  readonly gpus?: number
  /** Faults of cards of that server, `0=weak,2=hot`. */
  readonly boxFault?: string
  /** Power in W that all of them may draw together. */
  readonly powerBudget?: number
  readonly port?: number
  readonly seed?: number
  readonly maxModelLen?: number
  readonly engine?: string
  readonly enablePromptTokensDetails?: boolean
  readonly bandwidthShare?: number
  readonly clockShare?: number
  /** Names separated by commas. */
  readonly fault?: string
  readonly lie?: string
  readonly sensorFault?: string
  readonly faultShare?: number
  readonly draftCounters?: boolean
  /** Name that nvidia-smi prints, before the stamp. */
  readonly smiName?: string
}

/** Runs the simulator until interrupted, and prints the addresses of its server and nvidia-smi. */
export async function simulate(flags: SimulateFlags, io: CommandIo): Promise<number> {
  requireBundledCard(flags.card, '--card')
  const { gpus, boxFault, powerBudget, model, ...server } = flags
  if (gpus !== undefined)
    return simulateBox({ card: flags.card, gpus, boxFault, powerBudget, seed: flags.seed, model }, io)
  if (boxFault !== undefined || powerBudget !== undefined) {
    throw new JoulemarkError('bad-input', '--box-fault and --power-budget are of a whole server: add --gpus N')
  }
  if (model === undefined) throw new JoulemarkError('bad-input', '--model is missing: add it, or --gpus N')
  await requireSimulatedModel(model, io)
  if (flags.smiName !== undefined && !/^[\x20-\x7e]{1,100}$/.test(flags.smiName)) {
    throw new JoulemarkError('bad-input', '--smi-name: expected 1 to 100 printable ASCII characters')
  }
  const { fault, lie, sensorFault, engine, ...rest } = server
  const simulator = await launchSimulator({
    ...rest,
    model,
    engine: engine === undefined ? null : engineNamed(engine),
    faults: fault === undefined ? [] : readNames('fault', fault, faultNames),
    lies: lie === undefined ? [] : readNames('lie', lie, lieNames),
    sensorFaults: sensorFault === undefined ? [] : readNames('sensor-fault', sensorFault, sensorFaultNames),
  }).catch((error: unknown) => {
    // the reason of a failed start is in the whole log, not in its last line alone
    if (error instanceof Error && error.cause instanceof Error) io.stderr.write(`${error.cause.message}\n`)
    throw error
  })
  return untilStopped(simulator, io, () => {
    io.stdout(`endpoint    ${simulator.url}\nnvidia-smi  ${simulator.nvidiaSmi}\n`)
    io.stderr.write(
      `SIMULATED: no GPU is used and no result is a measurement. Ctrl-C ends it.${howToRun(model, flags.card, simulator)}\n`,
    )
  })
}

/** The command that measures what is served; a model without text needs a scenario of its own. Empty without a server. */
export function howToRun(
  model: string,
  card: string,
  { url, nvidiaSmi }: { readonly url: string; readonly nvidiaSmi: string },
): string {
  if (withoutServer.includes(model)) return ''
  const where = `--card ${card} --endpoint ${url} --nvidia-smi ${nvidiaSmi}`
  const isText = modelByKey(model)?.kind === 'text'
  return isText
    ? ` To run against it:\n${calledAs} run ${where}`
    : ` To run against it, with a scenario of ${model}:\n${calledAs} run SCENARIO ${where}`
}

/** Besides the models of the catalogue: a card busy with a training command, and a card without a server. */
const withoutServer = ['training', 'none']

/** A model of the catalogue, of the user's, or one that is read from its folder or repository. */
async function requireSimulatedModel(model: string, io: CommandIo): Promise<void> {
  const known = [...modelKeys, ...imageModels.map(({ key }) => key), ...withoutServer]
  if (known.includes(model)) return
  const { describe } = await scenarioNames(io, 'refuse')
  const refusal = await describe?.(model)
  if (refusal) throw new JoulemarkError('bad-input', `--model ${model}: no such model; ${refusal}`)
  if (modelByKey(model) === null) {
    const why = whyNoModel({ scenario: { model } })
    throw new JoulemarkError(
      'bad-input',
      `--model ${model}: only a model whose layers are known can be simulated: ${why}`,
    )
  }
}
