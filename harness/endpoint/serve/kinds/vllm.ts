import type { ServeOptions } from '../plan.ts'

/** What the images of vLLM have in common, whatever they serve. */

/** The port that vLLM listens on in its container. */
export const VLLM_PORT = 8000

/** Answers 200 once the engine takes requests. */
export const VLLM_READY_PATH = '/health'

export const vllmImage = ({ tag }: ServeOptions): string => `vllm/vllm-openai:${tag}`
