import type { ImageScenario } from '../scenario/schema.ts'
import { checkImage } from './image-check.ts'

/** What is asked of the server: every setting that decides the work is sent, so that no default of a server decides it. */
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
    seed,
  })
}

/** Why an answer is not the images that were asked for, or null when it is. The images are looked at and thrown away. */
export async function faultOfAnswer(body: Buffer, scenario: ImageScenario): Promise<string | null> {
  let answer: { data?: unknown }
  try {
    answer = JSON.parse(body.toString('utf8')) as { data?: unknown }
  } catch {
    return 'the answer is not JSON'
  }
  const data = Array.isArray(answer?.data) ? (answer.data as ({ b64_json?: unknown } | null)[]) : []
  const { batch, size } = scenario.image
  if (data.length !== batch) return `${data.length} images came, ${batch} were asked for`
  for (const each of data) {
    const text = each?.b64_json
    if (typeof text !== 'string') return 'an image came without b64_json'
    const verdict = await checkImage(Buffer.from(text.replace(/^data:[^,]*,/, ''), 'base64'), size)
    if (!verdict.ok) return verdict.why
  }
  return null
}
