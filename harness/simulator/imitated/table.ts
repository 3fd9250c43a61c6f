import type { Imitation } from './imitation.ts'
import { llamaCpp } from './llama-cpp.ts'
import type { ImitatedEngine } from './names.ts'
import { ollama } from './ollama.ts'
import { sglang } from './sglang.ts'
import { tensorRtLlm } from './tensorrt-llm.ts'
import { tgi } from './tgi.ts'

/** How each engine differs from vLLM on the wire. */
export const imitations: Readonly<Record<ImitatedEngine, Imitation>> = {
  sglang,
  'llama.cpp': llamaCpp,
  'tensorrt-llm': tensorRtLlm,
  tgi,
  ollama,
}
