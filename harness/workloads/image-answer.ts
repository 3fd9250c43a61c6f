import { imageModelByKey } from '../catalogue/image-models.ts'
import type { ImageScenario } from '../scenario/schema.ts'
import { counted } from '../units.ts'
import { checkImage } from './image-check.ts'

/**
 * The body of an image request. Every setting that affects the work is sent, so that no server default applies: a model with
 * true classifier-free guidance makes its second pass only if it is given a negative prompt and a scale for it.
 */
export function imagePayload(scenario: ImageScenario, model: string, seed: number): string {
  const { prompt, size, steps, guidance, batch } = scenario.image
  return JSON.stringify({
    model,
    prompt,
    n: batch,
    size,
    response_format: 'b64_json',
    num_inference_steps: steps,
    guidance_scale: guidance,
    ...(imageModelByKey(scenario.model)?.trueCfg ? { true_cfg_scale: guidance, negative_prompt: ' ' } : {}),
    seed,
  })
}

/** Why an answer does not contain the requested images, or null when it does. The images are checked and discarded. */
export async function faultOfAnswer(body: Buffer, scenario: ImageScenario): Promise<string | null> {
  let answer: { data?: unknown }
  try {
    answer = JSON.parse(body.toString('utf8')) as { data?: unknown }
  } catch {
    return 'the answer is not JSON'
  }
  const data = Array.isArray(answer?.data) ? (answer.data as ({ b64_json?: unknown } | null)[]) : []
  const { batch, size } = scenario.image
  if (data.length !== batch) return `received ${counted(data.length, 'image')}, expected ${batch}`
  for (const entry of data) {
    const text = entry?.b64_json
    if (typeof text !== 'string') return 'an image without b64_json'
    const verdict = await checkImage(Buffer.from(text.replace(/^data:[^,]*,/, ''), 'base64'), size)
    if (!verdict.ok) return verdict.why
  }
  return null
}
