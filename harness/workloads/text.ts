import type { DescribedModel } from '../catalogue/types.ts'
import { type Address, parseAddress } from '../endpoint/address.ts'
import { discover, withCounters } from '../endpoint/discover.ts'
import { withFingerprint } from '../endpoint/serving.ts'
import { engineOf } from '../engines/table.ts'
import { auditWords, engineName, unprovedWords } from '../engines/words.ts'
import { JoulemarkError } from '../errors.ts'
import { startLoad } from '../load/driver.ts'
import { firstRequest, longestRequest, planLoad } from '../load/plan-load.ts'
import { expectedRequests } from '../load/probe/expected-requests.ts'
import { type ProbeFindings, type ProbeLoad, probeLoad } from '../load/probe/probe.ts'
import type { LoadPlan } from '../load/protocol.ts'
import { servingFit } from '../physics/serving-fit.ts'
import type { BodyPlan, RequestPart } from '../plan/body/body-plan.ts'
import type { Endpoint } from '../record/schema/endpoint.ts'
import { connectionsOf, connectionsPerStream, sharedPromptTokens } from '../scenario/load-shape.ts'
import { leastLength, mostLength } from '../scenario/prompt/length.ts'
import type { TextScenario } from '../scenario/schema.ts'
import { orOutOfMemory } from './out-of-memory.ts'
import { prefixesOf } from './prefixes.ts'
import { contentOf, whyRandomMisleads } from './prompt-content.ts'
import { modelOfRun, namedOnly } from './served-model.ts'
import type { WorkContext, Workload } from './workload.ts'

/**
 * Prepares tokens streamed by a server: discovers it, sends the first request of the load, and returns how to start the
 * load. Throws `bad-input` or `environment` with the server's own words where that request fails.
 */
export async function prepareText(
  scenario: TextScenario,
  known: DescribedModel | null,
  context: WorkContext,
): Promise<Workload> {
  const address = parseAddress(context.endpoint ?? '')
  const loadPlan = await planLoad(scenario)
  const content = await contentOf(scenario, context.note)
  const longest = longestRequest(scenario, loadPlan)
  const fit =
    context.card && known?.kind === 'text'
      ? servingFit(
          context.card,
          known,
          onGpus(scenario.server, context.gpus),
          longest.promptTokens + longest.outputTokens,
        )
      : null
  const named = known ?? namedOnly(scenario.model)
  const required = { ...named, claimed: context.servedAs, adapter: scenario.adapter }
  const { startFailure = null } = context
  const discovered = await orOutOfMemory(address.url, { fit, startFailure }, async () =>
    discover(address, context.apiKey, required),
  )
  if ('oom' in discovered) return discovered
  requireContext(address, discovered.endpoint, longest)
  const { model, own } = await modelOfRun(scenario.model, known, discovered.endpoint, context.note)
  await context.onDiscovered({ ...discovered, ...own })
  const misleading = model.kind === 'text' ? whyRandomMisleads(scenario, model, discovered.endpoint) : null
  if (misleading !== null) context.note(misleading)
  const body: BodyPlan = {
    api: scenario.api,
    model: scenario.adapter ?? discovered.endpoint.model ?? model.key,
    vocab: model.vocab ?? LEAST_VOCAB,
    seed: scenario.seed,
    salt: 0,
    sharedTokens: sharedPromptTokens(scenario.prompt.prefixCache, mostLength(scenario.prompt.tokens ?? 1)),
    ...content,
    sampling: scenario.sampling ?? {},
    ignoreEos: scenario.output.ignoreEos ?? true,
    ...formOf(discovered.endpoint, scenario),
  }
  const found = await probeLoad(probeOf(scenario, { address, loadPlan, body }, context))
  const counted = await withCounters(discovered, address, context.apiKey)
  const endpoint = endpointOf(counted.endpoint, found)
  sayEngine(endpoint, context)
  const prefixes = prefixesOf(scenario, endpoint, context.note)
  return {
    address,
    endpoint,
    ...own,
    ...(prefixes ? { prefixes } : {}),
    simulatedBy: discovered.simulatedBy ?? (found.simulated ? `${address.url} stamps its answers as simulated` : null),
    metricLabels: discovered.metricLabels,
    metricsPath: counted.metricsPath,
    command: null,
    oom: null,
    requestMs: found.requestMs,
    expectedRequests: (requestMs) => expectedRequests(scenario, loadPlan, requestMs),
    start: ({ originMs, workers }, listener) =>
      startLoad(
        {
          address,
          body: { ...found.body, salt: Math.floor(originMs) },
          originMs,
          apiKey: context.apiKey,
          client: scenario.client,
          lengths: { prompt: scenario.prompt.tokens ?? 1, output: scenario.output.tokens },
          ...(scenario.output.recorded ? { answersAsStated: true } : {}),
          load: loadPlan,
          ...(prefixes ? { prefixes: prefixes.plan } : {}),
          connections: connectionsOf(scenario.load),
          connectionsPerStream: connectionsPerStream(scenario.load),
          workers,
          requestTimeoutMs: scenario.trial.requestTimeoutSeconds * 1000,
        },
        listener,
      ),
  }
}

/** Token ids below this number are in every vocabulary: prompts have no others where its size is not known. */
const LEAST_VOCAB = 1000

/** The probe of a load. Its prompts are those of no other run: the server may still have the prompts of an earlier one. */
function probeOf(
  scenario: TextScenario,
  { address, loadPlan, body }: { readonly address: Address; readonly loadPlan: LoadPlan; readonly body: BodyPlan },
  context: WorkContext,
): ProbeLoad {
  return {
    address,
    apiKey: context.apiKey,
    client: scenario.client,
    body: { ...body, salt: Math.floor(context.nowMs) },
    first: firstRequest(scenario, loadPlan, body.prompts ?? null),
    ...(loadPlan.kind === 'trace' || scenario.prompt.tokens === undefined
      ? {}
      : { leastPromptTokens: leastLength(scenario.prompt.tokens) }),
    timeoutMs: scenario.trial.requestTimeoutSeconds * 1000,
    signal: context.signal,
    onSlow: () => context.note(`waiting for the first request of the load, which ${address.url} has not answered yet`),
  }
}

/** Says what an engine other than vLLM can prove, before the time of a run is spent on it. */
function sayEngine(endpoint: Endpoint, { note }: WorkContext): void {
  if (endpoint.requestWithout?.includes('ignore_eos')) {
    note(
      'the server takes no ignore_eos: answers end where the model ends them, and the gate prompt-shape compares them',
    )
  }
  if (endpoint.engine === 'vllm') return
  note(`engine: ${engineName(endpoint)}; ${auditWords(endpoint)}; ${unprovedWords(endpoint)}`)
}

/** The endpoint with what its first answers reported. */
function endpointOf(discovered: Endpoint, { body, fingerprint }: ProbeFindings): Endpoint {
  const { chatLength, without = [] } = body
  return {
    ...withFingerprint(discovered, fingerprint),
    ...(chatLength ? { chatPrompt: chatLength } : {}),
    ...(without.length > 0 ? { requestWithout: [...without] } : {}),
  }
}

/** What the engine of a server is known not to take; the probe finds out the rest. */
function formOf({ engine }: Endpoint, { api }: TextScenario): Pick<BodyPlan, 'without' | 'continuousUsage'> {
  const { tokenIds, ignoreEos, minTokens, continuousUsage } = engineOf(engine).request
  const without: RequestPart[] = [
    ...(tokenIds || api === 'chat' ? [] : (['token ids'] as const)),
    ...(ignoreEos ? [] : (['ignore_eos'] as const)),
    ...(minTokens ? [] : (['min_tokens'] as const)),
  ]
  return { ...(without.length > 0 ? { without } : {}), continuousUsage }
}

/** Throws `bad-input` where the context of the server is too short for the longest request. */
function requireContext(
  { url }: Address,
  { maxModelLen, engine }: Endpoint,
  longest: { readonly promptTokens: number; readonly outputTokens: number },
): void {
  const needed = longest.promptTokens + longest.outputTokens
  if (maxModelLen === null || needed <= maxModelLen) return
  throw new JoulemarkError(
    'bad-input',
    `endpoint ${url}: the longest context is ${maxModelLen} tokens, the scenario requires ${longest.promptTokens} prompt + ${longest.outputTokens} output tokens = ${needed}; serve with ${engineOf(engine).contextSetting} ${needed} or more`,
  )
}

/** Server settings with at most as many cards as there are. */
const onGpus = (server: TextScenario['server'], gpus: number): NonNullable<TextScenario['server']> => ({
  ...server,
  tensorParallel: Math.max(1, Math.min(server?.tensorParallel ?? 1, gpus)),
})
