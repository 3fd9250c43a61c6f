import { z } from 'zod'
import { servingSchema } from './server.ts'

const nullableNumber = z.number().nullable()

/** The server of a run, as discovery and the probe before the run found it. */
export const endpointSchema = z.object({
  url: z.string().describe('address of the server, as requests were sent to it'),
  engine: z.string().nullable().describe('which engine, such as vllm or sglang; null if nothing shows it'),
  engineEvidence: z.string().optional().describe('what shows the engine; absent if nothing does, and in older records'),
  version: z.string().nullable().describe('version of the engine; null if the server does not say'),
  systemFingerprint: z
    .string()
    .nullable()
    .describe('`system_fingerprint` of its answers; null if they have none, or before the first answer'),
  model: z.string().nullable().describe('the served model name used in requests'),
  modelRoot: z
    .string()
    .nullable()
    .describe('path or repository of the weights, as the server lists it; null if it does not'),
  adapter: z.string().optional().describe('LoRA adapter that the requests asked for'),
  servedAs: z.string().optional().describe('served name that the user gave for the model (--served-as)'),
  servedModels: z.array(z.string()).describe('names of all models that it lists, the first hundred'),
  maxModelLen: nullableNumber.describe(
    'longest prompt and answer together, in tokens; null if the server does not say',
  ),
  startedAtS: z
    .number()
    .optional()
    .describe('Unix time at which the server started, by its own metrics; absent if it does not say'),
  location: z

    .object({
      isThisMachine: z.boolean().nullable().describe('null if the address cannot be looked up'),
      reason: z.string().describe('what shows it, without the address'),
    })
    .optional()
    .describe('whether the server runs on the machine of the cards; absent in older records'),
  chatPrompt: z
    .object({
      baseTokens: z.int().nonnegative().describe('chat template and first word'),
      tokensPerWord: z.number().positive().describe('of each further word'),
    })
    .optional()
    .describe('how the server counts prompts that are text, by two requests before the run; absent for token ids'),
  requestWithout: z
    .array(z.string())
    .optional()
    .describe(
      'parts of a request that the server does not take, and that are omitted: token ids, ignore_eos, min_tokens',
    ),
  serving: servingSchema.optional().describe('settings of the server, as far as it reports them'),
  inUseAtStart: z
    .string()
    .optional()
    .describe('what other clients did before the run, which went on with --force; absent if nothing was seen'),
  countersReason: z.string().optional().describe('why the counters of the server cannot be read; absent if they can'),
  otherModels: z.array(z.string()).optional().describe('other models with metrics on the same page; absent if none'),
})

export type Endpoint = z.infer<typeof endpointSchema>
