import { expect, test } from 'vitest'
import type { BodyPlan } from '../../plan/body/body-plan.ts'
import { withoutRefused } from './refused-parts.ts'

const plan: BodyPlan = { api: 'completions', model: 'm', vocab: 32_000, seed: 1, salt: 0, sharedTokens: 0 }
const full: BodyPlan = { ...plan, continuousUsage: true }

/** Refusals in the words of the servers. */
test.each([
  [
    'Ollama: text only',
    'json: cannot unmarshal array into Go struct field CompletionRequest.prompt of type string',
    { without: ['token ids'] },
  ],
  [
    'TGI: text only',
    'Failed to deserialize the JSON body into the target type: prompt: data did not match any variant of untagged enum PromptDeserializer at line 1 column 60',
    { without: ['token ids'] },
  ],
  ['OpenAI: an argument', 'Unrecognized request argument supplied: ignore_eos', { without: ['ignore_eos'] }],
  [
    'a proxy: several parameters',
    "UnsupportedParamsError: does not support parameters: ['ignore_eos', 'min_tokens', 'continuous_usage_stats']",
    { without: ['ignore_eos', 'min_tokens'], continuousUsage: false },
  ],
  [
    'pydantic: an extra field',
    "[{'type': 'extra_forbidden', 'loc': ('body', 'stream_options', 'continuous_usage_stats'), 'msg': 'Extra inputs are not permitted'}]",
    { continuousUsage: false },
  ],
  ['nothing is named', 'Bad Request', { continuousUsage: false }],
])('%s', (_, message, omitted) => {
  expect(withoutRefused(full, message)).toEqual({ ...full, ...omitted })
})

test('a refusal that names nothing that can be omitted stays one', () => {
  const length = "This model's maximum context length is 4096 tokens, 4000 in your prompt"
  expect(withoutRefused(plan, length)).toBeNull()
  expect(withoutRefused({ ...plan, without: ['ignore_eos'] }, 'ignore_eos is not known')).toBeNull()
  // a chat has no token ids
  expect(withoutRefused({ ...plan, api: 'chat' }, 'prompt must be a string')).toBeNull()
})
