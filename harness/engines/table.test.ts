import { describe, expect, test } from 'vitest'
import { recognise } from './recognise.ts'
import { countedEngines, engineEntries, engineOf, engineTable } from './table.ts'
import { auditWords, engineName, generationCounter, unprovedWords } from './words.ts'

test('no sign of one engine is one of another', () => {
  const prefixes = engineEntries.flatMap(([, { metricPrefix }]) => metricPrefix ?? [])
  for (const prefix of prefixes) expect(prefixes.filter((other) => other.startsWith(prefix))).toEqual([prefix])
  const owners = engineEntries.flatMap(([, { ownedBy }]) => ownedBy)
  expect(new Set(owners).size).toBe(owners.length)
})

test('an engine whose counters are read counts generated and prompt tokens', () => {
  expect(countedEngines.map(([id]) => id)).toEqual([
    'vllm',
    'sglang',
    'llama.cpp',
    'tensorrt-llm',
    'tgi',
    'joulemark-proof',
  ])
  for (const [, { counters }] of countedEngines) {
    expect(counters.names.generationTokens, 'generated tokens').toBeDefined()
    expect(counters.names.promptTokens, 'prompt tokens').toBeDefined()
  }
})

test('a metric has a name, or a reason why it has none, never both', () => {
  for (const [id, { counters }] of countedEngines) {
    const both = Object.keys(counters.missing).filter((metric) => metric in counters.names)
    expect(both, id).toEqual([])
  }
})

test('every engine says what cannot be proved, and what its entry was checked against', () => {
  for (const [, { cannotProve, checkedAgainst }] of engineEntries) {
    expect(cannotProve.length).toBeGreaterThan(0)
    expect(checkedAgainst).not.toBe('')
  }
})

describe('recognise', () => {
  test.each(engineEntries)('%s by each of its signs', (id, { ownedBy, pages, metricPrefix }) => {
    const nothing = { metrics: null, ownedBy: null, page: null }
    if (metricPrefix !== null) expect(recognise({ ...nothing, metrics: id }).engine).toBe(id)
    for (const owner of ownedBy) expect(recognise({ ...nothing, ownedBy: owner }).engine).toBe(id)
    for (const { path } of pages) expect(recognise({ ...nothing, page: { engine: id, path } }).engine).toBe(id)
  })

  test('counters decide, and a sign of another engine is named', () => {
    expect(recognise({ metrics: 'sglang', ownedBy: 'vllm', page: { engine: 'sglang', path: '/server_info' } })).toEqual(
      {
        engine: 'sglang',
        evidence: 'metrics named sglang:, its page /server_info; but models owned by vllm, which is a sign of vLLM',
      },
    )
  })

  test('nothing shows it', () => {
    expect(recognise({ metrics: null, ownedBy: 'openai', page: null })).toEqual({ engine: null, evidence: null })
  })
})

describe('pages', () => {
  const pageOf = (id: keyof typeof engineTable) => engineTable[id].pages[0]!.read

  test('SGLang: settings, and null for what has another form', () => {
    const info = {
      model_path: 'meta-llama/Llama-3.1-8B-Instruct',
      version: '0.5.2',
      internal_states: [{}],
      max_total_num_tokens: 441_000,
      context_length: null,
      kv_cache_dtype: 'auto',
      quantization: null,
      tp_size: '2',
      page_size: 1,
      disable_radix_cache: false,
      speculative_algorithm: null,
    }
    expect(pageOf('sglang')(info)).toMatchObject({
      version: '0.5.2',
      modelRoot: 'meta-llama/Llama-3.1-8B-Instruct',
      maxModelLen: null,
      kvCapacityTokens: 441_000,
      kvBlockTokens: 1,
      prefixCaching: true,
      speculation: false,
      quantization: 'none',
      tensorParallel: null,
    })
    expect(pageOf('sglang')({ ...info, speculative_algorithm: 'EAGLE' })).toMatchObject({ speculation: true })
  })

  test.each(engineEntries.flatMap(([id, { pages }]) => pages.map((page) => [id, page] as const)))(
    '%s: what is not its page is none, whatever it is',
    (_id, { read }) => {
      const others = [undefined, null, [], 'ok', 7, {}, { vllm_config: 'model=…' }, { version: {} }, { version: '' }]
      for (const document of others) expect(read(document)).toBeNull()
    },
  )

  test('hostile values are bounded and plain', () => {
    const facts = pageOf('llama.cpp')({
      default_generation_settings: { n_ctx: 1e300 },
      total_slots: -1,
      model_path: `\u001b[31m${'x'.repeat(9000)}`,
      build_info: 'b1\n\u202e',
      model_ftype: {},
    })
    expect(facts).toMatchObject({ maxModelLen: null, parallelRequests: null, quantization: null })
    expect(facts?.modelRoot?.length).toBeLessThanOrEqual(400)
    const text = `${facts?.modelRoot}${facts?.version}`
    for (const mark of ['\u001b', '\u202e', '\n']) expect(text).not.toContain(mark)
  })
})

describe('words', () => {
  const found = { engine: 'sglang', engineEvidence: 'models owned by sglang', version: '0.5.2' }

  test('name, audit and what cannot be proved', () => {
    expect(engineName(found)).toBe('SGLang 0.5.2 (models owned by sglang)')
    expect(auditWords(found)).toBe('tokens are audited against sglang:generation_tokens at /metrics')
    expect(unprovedWords({ ...found, engine: 'ollama' })).toMatch(/^it cannot be proved how many tokens were made/)
  })

  test('without counters nothing is audited', () => {
    expect(auditWords({ ...found, countersReason: '/metrics returned HTTP 404' })).toBe(
      'tokens are not audited, because nothing but usage counts them (/metrics returned HTTP 404)',
    )
    expect(auditWords({ engine: null, version: null })).toMatch(/^tokens are not audited/)
    expect(generationCounter(engineOf('ollama'))).toBeNull()
  })
})
