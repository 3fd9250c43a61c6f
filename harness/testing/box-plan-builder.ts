import type {
  BoxCard,
  BoxPlan,
  PartKind,
  PlannedPart,
  PlannedRun,
  PlannedServer,
  PlannedStage,
} from '../box/plan/box-plan.ts'
import { cardEntryByKey } from '../catalogue/own/own-cards.ts'
import { resolveScenario } from '../scenario/resolve.ts'
import { scenarioFileSchema } from '../scenario/schema.ts'

/** Cards of a box: RTX 4090 with the UUIDs GPU-0, GPU-1 and so on. */
export const boxCards = (count: number): BoxCard[] =>
  Array.from({ length: count }, (_, index) => ({
    index,
    uuid: `GPU-${index}`,
    entry: cardEntryByKey('rtx-4090')!,
  }))

/** A planned run of that name; another `outputTokens` is a changed scenario. */
export function plannedRun(name: string, { minutes = 2, outputTokens = 256 } = {}): PlannedRun {
  const file = scenarioFileSchema.parse({
    name,
    title: name,
    kind: 'text',
    model: 'llama-3.1-8b-instruct-fp8',
    load: { shape: 'closed', concurrency: 4 },
    prompt: { tokens: 512 },
    output: { tokens: outputTokens },
  })
  return { name, file, scenario: resolveScenario(file as never, []), sha256: `${name}-${outputTokens}`, minutes }
}

/** A server on these cards. */
export function plannedServer(cards: readonly BoxCard[], model = 'llama-3.1-8b-instruct-fp8'): PlannedServer {
  const indices = cards.map(({ index }) => index)
  const port = 8000 + (indices[0] ?? 0)
  const launch = {
    kind: 'server',
    runtime: 'vllm',
    containerName: `joulemark-${port}`,
    port,
    model,
    repository: `org/${model}`,
    image: 'vllm/vllm-openai:v1',
    argv: ['run'],
    pythonArgv: ['run'],
    serverCommand: ['vllm/vllm-openai:v1', '--model', model],
    readyPath: '/health',
    corrections: [],
    refusal: null,
    weightsBytes: 9e9,
    fit: null,
  } as unknown as PlannedServer['launch']
  return { id: `${model} on ${indices.join('+')}`, cards, launch, startMinutes: 3 }
}

/** A part: the same runs on each of the servers. */
export const plannedPart = (
  kind: PartKind,
  servers: readonly PlannedServer[],
  runs: readonly PlannedRun[],
): PlannedPart => ({ kind, lanes: servers.map(({ id }) => ({ server: id, runs })) })

/** A stage; the first of one start unless `start` says otherwise. */
export const plannedStage = (
  servers: readonly PlannedServer[],
  parts: readonly PlannedPart[],
  start: PlannedStage['start'] = { number: 1, of: 1 },
): PlannedStage => ({ start, servers, parts })

export const boxPlanOf = (cards: readonly BoxCard[], stages: readonly PlannedStage[]): BoxPlan => ({
  cards,
  stages,
  leftOut: [],
  downloads: [],
})
