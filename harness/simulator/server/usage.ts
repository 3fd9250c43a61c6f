/** The `usage` object in the key order of vLLM. */
export function usageOf(promptTokens: number, completionTokens: number) {
  return {
    prompt_tokens: promptTokens,
    total_tokens: promptTokens + completionTokens,
    completion_tokens: completionTokens,
  }
}

/** The part of the usage about the prompt, with `--enable-prompt-tokens-details`; null without, as in vLLM. */
export const promptDetailsOf = (cachedTokens: number | null) =>
  cachedTokens === null ? null : { cached_tokens: cachedTokens }
