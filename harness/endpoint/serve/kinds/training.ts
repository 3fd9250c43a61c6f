import { fileURLToPath } from 'node:url'
import type { FitCard } from '../../../catalogue/own/known.ts'
import { modelByKey, whyNoModel } from '../../../catalogue/own-models.ts'
import { JoulemarkError } from '../../../errors.ts'
import { leastMemoryBytes } from '../../../physics/least-memory.ts'
import { LEAST_OVERHEAD_BYTES } from '../../../physics/memory.ts'
import { weightBytes } from '../../../physics/model/weights.ts'
import type { TrainingScenario } from '../../../scenario/schema.ts'
import { commandContainer } from '../container-words.ts'
import { CACHE_INSIDE, modelFolder } from '../engine/weights.ts'
import type { CommandPlan, ServeOptions } from '../plan.ts'
import { vllmImage } from './vllm.ts'

/** The folder of the training script, its requirements, and what installs them. */
const SCRIPTS = fileURLToPath(new URL('../../../../scripts', import.meta.url))

/** Where the packages are kept: in the cache of this machine, beside the weights. */
const PACKAGES = `${CACHE_INSIDE}/joulemark-training`

/** Where a mirror of PyPI may be named; an engine hands on what is set. */
const PIP_ENV = ['PIP_INDEX_URL', 'PIP_EXTRA_INDEX_URL', 'PIP_TRUSTED_HOST', 'PIP_CERT']

/**
 * The container of a training: the image of vLLM, which carries torch and transformers, with the pinned packages of
 * scripts/train-requirements.txt. The scripts, and the folder of a model, are mounted where they are on this machine, so that
 * the command is the same inside. A command of the scenario's own runs on this machine, without a container. Throws `bad-input` for a model that is
 * not described.
 */
export function trainingPlan(scenario: TrainingScenario, card: FitCard, options: ServeOptions): CommandPlan {
  const model = modelByKey(scenario.model)
  if (model === null) throw new JoulemarkError('bad-input', whyNoModel({ scenario }))
  const { command, tiny, python } = scenario.training
  const { label, cudaBytes } = card
  const least = tiny ? 0 : (leastMemoryBytes(scenario) ?? 0) + LEAST_OVERHEAD_BYTES
  const gb = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`
  const refusal =
    least > cudaBytes.value
      ? `the base model in 4 bits and the least overhead take ${gb(least)}, ${label} has ${gb(cudaBytes.value)}`
      : null
  const script = [`${SCRIPTS}/train-in-container.sh`, `${SCRIPTS}/train-requirements.txt`, PACKAGES]
  const folder = modelFolder(model)
  const folders = [SCRIPTS, ...(folder === null ? [] : [folder.host])]
  const env = [...PIP_ENV, 'PYTHONUNBUFFERED=1']
  const container = commandContainer({ image: vllmImage(options), script, folders, env }, options)
  const own = command === undefined ? null : { words: [], argv: [], prepareArgv: [], serverCommand: [] }
  return {
    ...container,
    ...own,
    model: model.key,
    repository: tiny || folder !== null ? null : (model.servedAs[0] ?? null),
    weightsBytes: tiny ? null : weightBytes(model),
    corrections:
      own === null && python !== 'python3' ? [`training.python ${python} skipped: the image has its own Python`] : [],
    refusal,
  }
}
