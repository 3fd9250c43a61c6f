import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cardEntryByKey } from '../../catalogue/own/own-cards.ts'
import { launchPlan } from '../../endpoint/serve/launch-plan.ts'
import { scenarioFileSchema } from '../../scenario/schema.ts'
import { type Candidate, candidatesFor } from './candidates.ts'
import { sharedServers } from './servers.ts'

const options = { tag: 'latest', cacheDir: '/cache' }
const card = cardEntryByKey('rtx-4090')!

interface Asked {
  readonly server?: Record<string, unknown>
  readonly concurrency?: number
  readonly promptTokens?: number
  readonly model?: string
}
const fileOf = (
  { server, concurrency = 1, promptTokens = 128, model = 'llama-3.1-8b-instruct-fp8' }: Asked,
  at: number,
) =>
  scenarioFileSchema.parse({
    name: `scenario-${at}`,
    title: `Scenario ${at}`,
    kind: 'text',
    model,
    ...(server ? { server } : {}),
    load: { shape: 'closed', concurrency },
    prompt: { tokens: promptTokens, prefixCache: 'cold' },
    output: { tokens: 64 },
  })
const candidates = (...asked: Asked[]): readonly Candidate[] =>
  candidatesFor(asked.map(fileOf), card, 8, options).runnable
const namesBy = (...asked: Asked[]) =>
  sharedServers(candidates(...asked), card).map(({ members }) => members.map(({ name }) => Number(name.split('-')[1])))
/** The value of a flag in a command. */
const flag = (command: readonly string[], name: string): string | undefined => {
  const at = command.indexOf(name)
  return at < 0 ? undefined : command[at + 1]
}
const commandOf = (scenario: Candidate['scenario']): readonly string[] => {
  const launch = launchPlan(scenario, card, { ...options, port: 0, gpus: [] })
  return launch.kind === 'server' ? launch.serverCommand : []
}

describe('one server', () => {
  test('serves fewer streams and a context that is somewhat shorter', () => {
    expect(namesBy({ server: { maxModelLen: 8192 } }, { server: { maxModelLen: 16_384 }, concurrency: 32 })).toEqual([
      [0, 1],
    ])
  })

  test.each([
    ['the dtype of the KV cache', { kvCacheDtype: 'fp8_e4m3' }],
    ['the share of the memory', { gpuMemoryUtilization: 0.8 }],
    ['tensor parallelism', { tensorParallel: 2 }],
    ['quantisation', { quantization: 'fp8' }],
  ])('does not serve another value of %s', (_, server) => {
    expect(namesBy({}, { server })).toEqual([[0], [1]])
  })

  test('does not serve another model', () => {
    expect(namesBy({}, { model: 'qwen2.5-coder-32b-instruct-awq' }, {})).toEqual([[0, 2], [1]])
  })

  test('a limit on sequences that the load meets is kept, and serves loads that do not meet it', () => {
    const server = { maxNumSeqs: 8 }
    expect(namesBy({ concurrency: 4 }, { server, concurrency: 32 }, { concurrency: 16 })).toEqual([[0, 1], [2]])
  })

  test('many streams do not share a much longer context: each step would copy longer rows of blocks', () => {
    const kvCacheDtype = 'fp8_e4m3'
    const long = { server: { maxModelLen: 131_072, kvCacheDtype }, promptTokens: 100_000 }
    const server = { maxModelLen: 16_384, kvCacheDtype }
    expect(namesBy({ server, concurrency: 64 }, long)).toEqual([[0], [1]])
    expect(namesBy({ server }, long)).toEqual([[0, 1]])
    // one stream could be on either: the narrow one is nearer to what it asks for
    expect(namesBy({ server }, { server, concurrency: 64 }, long)).toEqual([[0, 1], [2]])
  })

  test('a scenario that fills the KV cache shares its server only with equal flags', () => {
    const full = { concurrency: 200, promptTokens: 4096 }
    expect(namesBy({}, full, { concurrency: 8 }, full)).toEqual([
      [0, 2],
      [1, 3],
    ])
  })
})

test('every scenario is on one server, whose flags are wide enough and otherwise its own', () => {
  const asked = fc.record({
    server: fc.record(
      {
        maxModelLen: fc.constantFrom(4096, 8192, 16_384, 65_536, 131_072),
        maxNumSeqs: fc.integer({ min: 1, max: 128 }),
        kvCacheDtype: fc.constantFrom('auto', 'fp8_e4m3'),
        gpuMemoryUtilization: fc.constantFrom(0.8, 0.9),
        tensorParallel: fc.constantFrom(1, 2),
      },
      { requiredKeys: [] },
    ),
    concurrency: fc.integer({ min: 1, max: 256 }),
    promptTokens: fc.constantFrom(64, 512, 2048, 3000),
  })
  fc.assert(
    fc.property(fc.array(asked, { minLength: 1, maxLength: 12 }), (list) => {
      const all = candidates(...list)
      const servers = sharedServers(all, card)
      const placed = servers.flatMap(({ members }) => members.map(({ name }) => name))
      expect(placed.toSorted()).toEqual(all.map(({ name }) => name).toSorted())
      const firsts = servers.map(({ members }) => all.indexOf(members[0]!))
      expect(firsts).toEqual(firsts.toSorted((a, b) => a - b))
      for (const { scenario, members } of servers) {
        const shared = commandOf(scenario)
        for (const member of members) {
          const own = commandOf(member.scenario)
          for (const name of ['--max-model-len', '--max-num-seqs']) {
            expect(Number(flag(shared, name))).toBeGreaterThanOrEqual(Number(flag(own, name)))
          }
          const without = (command: readonly string[]) =>
            command.filter((_, at) => !/^--max-(model-len|num-seqs)$/.test(command[at - 1] ?? ''))
          expect(without(shared)).toEqual(without(own))
          const limit = member.scenario.server?.maxNumSeqs ?? Number.POSITIVE_INFINITY
          const { concurrency } = member.scenario.load as { readonly concurrency: number }
          if (limit < concurrency) expect(flag(shared, '--max-num-seqs')).toBe(String(limit))
        }
      }
    }),
    { numRuns: 60 },
  )
})
