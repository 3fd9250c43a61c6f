/**
 * A simulated training command: prints the lines of scripts/train-qlora.py at the expected pace of a card, while the
 * simulator loads the card. argv: --simulator URL --card KEY --model KEY [--model-description JSON] and the flags of the script.
 */
import { parseArgs } from 'node:util'
import { modelByKey } from '../../catalogue/own-models.ts'
import { denseTflops } from '../../physics/arithmetic.ts'
import { trainingRate } from '../../physics/training.ts'
import { findCard } from '../hardware.ts'
import { addDescription } from '../own-model.ts'
import { seededRandom } from '../random.ts'

/** Share of the 16-bit rate that QLoRA reaches: unpacking NF4 costs about half. Plausible, not fitted. */
const COMPUTE_SHARE = 0.4
const STEP_JITTER = 0.02

const { values } = parseArgs({
  options: {
    simulator: { type: 'string' },
    card: { type: 'string' },
    model: { type: 'string' },
    'model-description': { type: 'string' },
    batch: { type: 'string' },
    'sequence-tokens': { type: 'string' },
    rank: { type: 'string' },
    steps: { type: 'string' },
    seed: { type: 'string', default: '1' },
    'gradient-checkpointing': { type: 'boolean', default: false },
  },
})
const described = values['model-description']
if (described !== undefined) addDescription(described)
const model = modelByKey(values.model ?? '')
if (model === null) throw new Error(`no model "${values.model}"`)
const batch = Number(values.batch)
const sequenceTokens = Number(values['sequence-tokens'])
const checkpointing = values['gradient-checkpointing']
const tflops = denseTflops(findCard(values.card ?? ''), {})
const { tokensPerS } = trainingRate(model, { gradientCheckpointing: checkpointing }, tflops)
const tokens = batch * sequenceTokens
const stepMs = (1000 * tokens) / (tokensPerS * COMPUTE_SHARE)
const random = seededRandom(Number(values.seed))
const print = (line: object): boolean => process.stdout.write(`${JSON.stringify(line)}\n`)

print({
  config: {
    model: `${model.key} (SIMULATED)`,
    batch,
    sequenceTokens,
    rank: Number(values.rank),
    gradientCheckpointing: checkpointing,
    quantization: 'nf4',
    simulated: true,
  },
})
for (let step = 1; step <= Number(values.steps); step += 1) {
  const ms = stepMs * (1 + STEP_JITTER * (random() - 0.5))
  const answer = await fetch(`${values.simulator}/simulator/work?ms=${ms.toFixed(3)}`, { method: 'POST' })
  if (!answer.ok) throw new Error(`simulator: HTTP ${answer.status}`)
  print({ step, tokens, loss: 1.5 + 2 / Math.sqrt(step) + 0.05 * random() })
}
