import type { Model } from '../catalogue/types.ts'
import { parseAddress } from '../endpoint/address.ts'
import { discover } from '../endpoint/discover.ts'
import { probeEndpoint } from '../endpoint/probe.ts'
import { withFingerprint } from '../endpoint/serving.ts'
import { startLoad } from '../load/driver.ts'
import { longestRequest, planLoad } from '../load/plan-load.ts'
import { servingFit } from '../physics/serving-fit.ts'
import type { BodyPlan } from '../plan/prompt-body.ts'
import { connectionsOf, sharedPromptTokens } from '../scenario/load-shape.ts'
import type { TextScenario } from '../scenario/schema.ts'
import { orOutOfMemory } from './out-of-memory.ts'
import type { WorkContext, Workload } from './workload.ts'

/** Prepares tokens streamed by a server: discovers it, requests one short answer, and returns how to start the load. */
export async function prepareText(scenario: TextScenario, model: Model, context: WorkContext): Promise<Workload> {
  const address = parseAddress(context.endpoint ?? '')
  const loadPlan = await planLoad(scenario)
  const longest = longestRequest(scenario, loadPlan)
  const fit = context.card
    ? servingFit(
        context.card,
        model,
        onGpus(scenario.server, context.gpus),
        longest.promptTokens + longest.outputTokens,
      )
    : null
  return orOutOfMemory(address.url, fit, async () => {
    const { endpoint: discovered, simulatedBy } = await discover(address, context.apiKey, {
      ...model,
      claimed: context.servedAs,
    })
    const body: BodyPlan = {
      api: scenario.api,
      model: discovered.model ?? model.key,
      vocab: model.vocab,
      seed: scenario.seed,
      salt: 0,
      sharedTokens: sharedPromptTokens(scenario.prompt.prefixCache, scenario.prompt.tokens),
    }
    const fingerprint = await probeEndpoint(address, context.apiKey, { endpoint: discovered, plan: body, longest })
    return {
      address,
      endpoint: withFingerprint(discovered, fingerprint),
      simulatedBy,
      command: null,
      oom: null,
      start: ({ originMs, workers }, listener) =>
        startLoad(
          {
            address,
            body: { ...body, salt: Math.floor(originMs) },
            originMs,
            apiKey: context.apiKey,
            client: scenario.client,
            promptTokens: scenario.prompt.tokens,
            outputTokens: scenario.output.tokens,
            load: loadPlan,
            connections: connectionsOf(scenario.load),
            workers,
            requestTimeoutMs: scenario.trial.requestTimeoutSeconds * 1000,
          },
          listener,
        ),
    }
  })
}

/** Server settings with at most as many cards as there are. */
const onGpus = (server: TextScenario['server'], gpus: number): NonNullable<TextScenario['server']> => ({
  ...server,
  tensorParallel: Math.max(1, Math.min(server?.tensorParallel ?? 1, gpus)),
})
