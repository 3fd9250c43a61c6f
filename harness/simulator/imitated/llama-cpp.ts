import { type Imitation, line, takesAll } from './imitation.ts'

/** Six significant digits, as C++ prints a floating-point number. */
const sixDigits = (value: number): string => {
  const rounded = Number(value.toPrecision(6))
  return rounded < 1e6 ? String(rounded) : rounded.toExponential().replace(/e\+(\d)$/, 'e+0$1')
}

/** llama-server with --metrics, in the version of 2026: tokens of requests that ended, in six digits. */
export const llamaCpp: Imitation = {
  pages: {
    '/metrics': (_server, totals) =>
      [
        '# HELP llamacpp:prompt_tokens_total Number of prompt tokens processed, excluding cached tokens\n',
        '# TYPE llamacpp:prompt_tokens_total counter\n',
        line('llamacpp:prompt_tokens_total', sixDigits(totals.promptTokens - totals.cachedTokens)),
        line('llamacpp:prompt_tokens_cached_total', sixDigits(totals.cachedTokens)),
        line('llamacpp:tokens_predicted_total', sixDigits(totals.generatedTokens)),
        line('llamacpp:n_decode_total', sixDigits(totals.steps)),
        line('llamacpp:spec_decode_num_draft_tokens_total', 0),
        line('llamacpp:spec_decode_num_accepted_tokens_total', 0),
        line('llamacpp:spec_decode_num_drafts_total', 0),
        line('llamacpp:requests_processing', totals.running),
        line('llamacpp:requests_deferred', totals.waiting),
      ].join(''),
    '/props': ({ model, root, maxModelLen, maxNumSeqs }) => ({
      default_generation_settings: { params: {}, n_ctx: maxModelLen },
      total_slots: maxNumSeqs,
      model_alias: model,
      model_path: root,
      model_ftype: 'F16',
      build_info: 'b0-simulated',
    }),
  },
  lacks: ['/version', '/load'],
  refuses: takesAll,
  ignores: ['min_tokens', 'continuous_usage_stats'],
  hasSeparateFinish: true,
  hasUsageInFinish: true,
  hasEmptyUsage: false,
  reportsCachedTokens: true,
}
