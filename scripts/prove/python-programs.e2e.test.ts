import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { jsonOf } from '../../harness/json-text.ts'
import { numberOf } from '../../harness/record/measured.ts'
import { trialsOfKind } from '../../harness/record/trials-of-kind.ts'
import { runOnce } from '../../harness/run/run.ts'
import type { PlainScenarioFile } from '../../harness/scenario/expand.ts'
import { scenarioFileSchema } from '../../harness/scenario/schema.ts'
import { oneTrialOptions } from '../../harness/testing/run-options.ts'

/** The programs that `joulemark prove` starts, on the CPU, with the real torch, transformers and peft. */
const python = process.env['TORCH_PYTHON'] ?? 'python3'
const missing = ['torch', 'transformers', 'peft'].filter(
  (name) =>
    spawnSync(python, ['-c', `import importlib.util as u, sys; sys.exit(u.find_spec("${name}") is None)`]).status !== 0,
)
const why = missing.length === 0 ? '' : `, not run: no ${missing.join(', no ')} for ${python} (TORCH_PYTHON=path)`
if (why !== '') console.warn(`the programs of the proof in Python${why}`)
const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const outDir = mkdtempSync(join(tmpdir(), 'python-programs-'))
afterAll(() => rmSync(outDir, { recursive: true, force: true }))

interface Line {
  readonly [key: string]: unknown
}
interface Program {
  readonly child: ChildProcess
  readonly lines: readonly Line[]
  /** The first line with this key. Rejects where the program ends without one. */
  readonly said: (key: string) => Promise<Line>
  readonly ended: Promise<number | null>
}
const started: ChildProcess[] = []

function start(name: string, ...args: string[]): Program {
  const child = spawn(python, [script(name), '--device', 'cpu', ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  started.push(child)
  const ended = once(child, 'close').then(([code]) => code as number | null)
  const lines: Line[] = []
  const reader = createInterface({ input: child.stdout }).on('line', (line) => lines.push(jsonOf(line) as Line))
  const said = async (key: string): Promise<Line> => {
    for (;;) {
      const found = lines.find((line) => key in line)
      if (found !== undefined) return found
      const isOver = await Promise.race([once(reader, 'line').then(() => false), ended.then(() => true)])
      if (isOver && !lines.some((line) => key in line))
        throw new Error(`${name} ended: ${JSON.stringify(lines.at(-1))}`)
    }
  }
  return { child, lines, said, ended }
}
const killAll = () => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
}

describe.skipIf(why !== '')(`the load of a known pattern${why}`, () => {
  afterEach(killAll)

  test('has an edge where it begins and where it ends, and says what it did', async () => {
    const load = start('gpu-load.py', '--pattern', 'square', '--seconds', '0.6', '--period-ms', '200', '--duty', '0.5')
    expect(await load.ended).toBe(0)
    const edges = load.lines.filter((line) => 'on' in line) as unknown as { on: boolean; t: number; unix: number }[]
    expect(load.lines[0]).toMatchObject({ ready: true, device: 'cpu', torch: expect.any(String) })
    expect(edges.map(({ on }) => on)).toEqual(edges.map((_, index) => index % 2 === 0))
    expect(edges.map(({ t }) => t)).toEqual(edges.map(({ t }) => t).toSorted((a, b) => a - b))
    const onSeconds = edges.reduce((sum, { on, t }) => sum + (on ? -t : t), 0)
    const end = load.lines.at(-1)!
    expect(end).toMatchObject({ done: true, products: expect.any(Number) })
    expect(end['onSeconds']).toBeCloseTo(onSeconds, 4)
    expect(end['products']).toBeGreaterThan(0)
  })

  test('ends when it is asked to, with the edge of its end', async () => {
    const load = start('gpu-load.py', '--pattern', 'steady', '--seconds', '600', '--share', '0.5')
    await load.said('on')
    load.child.kill('SIGTERM')
    expect(await load.ended).toBe(0)
    expect(load.lines.slice(1).map((line) => line['on'] ?? line['done'])).toEqual([true, false, true])
  })

  test('idle is no load', async () => {
    const load = start('gpu-load.py', '--pattern', 'idle', '--seconds', '0.05')
    expect(await load.ended).toBe(0)
    expect(load.lines.slice(1)).toEqual([{ done: true, products: 0, onSeconds: 0, tflops: null }])
  })
})

describe.skipIf(why !== '')(`the text server${why}`, () => {
  let server: Program
  let url: string
  beforeAll(async () => {
    server = start('text-server.py', '--shape', 'tiny', '--max-streams', '8', '--max-model-len', '1024')
    const { listening } = await server.said('listening')
    url = `http://127.0.0.1:${listening}`
  })
  afterAll(killAll)

  const post = (path: string, body: unknown, init: RequestInit = {}) =>
    fetch(`${url}${path}`, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), ...init })
  const counter = async (name: string): Promise<number> => {
    const page = await (await fetch(`${url}/metrics`)).text()
    return Number(
      page
        .split('\n')
        .find((line) => line.startsWith(`joulemark_proof:${name}`))
        ?.split(' ')[1],
    )
  }

  test('computes what transformers computes, whatever else is in the batch', () => {
    const check = `
import sys
sys.path.insert(0, ${JSON.stringify(fileURLToPath(new URL('.', import.meta.url)))})
sys.dont_write_bytecode = True
import torch
from proof.shapes import random_llama
from proof.slots import SlotModel
torch.set_num_threads(1)
model = random_llama("tiny", torch.device("cpu"), torch.float32, 600)
for weight in model.parameters():
    # larger than at its start, so that positions matter
    if weight.dim() > 1: weight.data.normal_(0, 0.15)
slots = SlotModel(model, 4, 600)
# lengths around the first border of what a step reads; the second sequence joins later
texts = [torch.randint(0, 4096, (length,)).tolist() for length in (3, 40, 255, 256)]
worst = 0.0
def compare(slot, logits):
    global worst
    with torch.no_grad(): whole = model(torch.tensor([texts[slot]])).logits[0, -1]
    worst = max(worst, (whole - logits).abs().max().item())
    texts[slot].append(whole.argmax().item())
for step in range(4):
    for slot in ([0, 2, 3] if step == 0 else [1] if step == 2 else []):
        compare(slot, slots.prefill(slot, texts[slot])[0])
    used = [slot for slot in range(4) if slot != 1 or step >= 2]
    made = slots.step([texts[slot][-1] if slot in used else 0 for slot in range(4)], [len(texts[slot]) - 1 if slot in used else 0 for slot in range(4)])
    for slot in used: compare(slot, made[slot])
print(worst)
`
    expect(Number(execFileSync(python, ['-c', check], { encoding: 'utf8' }))).toBeLessThan(1e-4)
  })

  test('is measured by the harness: the counts of usage, stream and server agree, and it is not taken for vLLM', async () => {
    const scenario = scenarioFileSchema.parse({
      name: 'proof',
      title: 'Proof',
      kind: 'text',
      model: 'random-tiny',
      load: { shape: 'closed', concurrency: 8 },
      prompt: { tokens: 40 },
      output: { tokens: 24 },
      trial: { seconds: 1, warmupSeconds: 0.5, quietSeconds: 0.8, minWindowSeconds: 0.1 },
    }) as PlainScenarioFile
    const { record } = await runOnce(scenario, oneTrialOptions({ endpoint: url, outDir }))
    const [trial] = trialsOfKind(record.trials, 'text')
    const { clientTokens: client, server: counted } = trial!
    expect(record).toMatchObject({
      status: 'complete',
      endpoint: {
        engine: 'joulemark-proof',
        model: 'random-tiny',
        systemFingerprint: 'joulemark-proof',
        maxModelLen: 1024,
        serving: { metricNames: 'joulemark-proof', kvCapacityTokens: 8192, parallelRequests: 8, speculation: false },
      },
    })
    expect(client?.requestsOk).toBeGreaterThan(0)
    expect(client?.streamedOutputTokens).toBe(client?.usageOutputTokens)
    expect(numberOf(counted!.generationTokens)).toBe(client?.usageOutputTokens)
    expect(client?.usagePromptTokens).toBe(client?.plannedPromptTokens)
    expect(['pass', 'warn']).toContain(record.gates.find(({ id }) => id === 'token-audit')?.status)
  })

  test('makes a token for every stream in one step', async () => {
    const [steps, tokens] = [await counter('decode_steps'), await counter('generation_tokens')]
    const body = { prompt: [5, 6, 7], max_tokens: 200, ignore_eos: true, temperature: 0 }
    const answers = await Promise.all(
      Array.from({ length: 8 }, async () => (await post('/v1/completions', body)).json() as Promise<Line>),
    )
    expect(answers.map(({ usage }) => usage)).toEqual(
      new Array(8).fill({ prompt_tokens: 3, completion_tokens: 200, total_tokens: 203 }),
    )
    expect((await counter('generation_tokens')) - tokens).toBe(1600)
    // 1592 one after another, 199 together; the first may be some steps ahead
    expect((await counter('decode_steps')) - steps).toBeLessThan(800)
  })

  test('streams a chat, one event per token, with the role before them and usage after them', async () => {
    const messages = [{ role: 'user', content: 'one two three' }]
    const options = { stream: true, stream_options: { include_usage: true, continuous_usage_stats: true } }
    const answer = await post('/v1/chat/completions', { messages, max_tokens: 3, ignore_eos: true, ...options })
    const events = (await answer.text()).trim().split('\n\n')
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    expect(events.at(-1)).toBe('data: [DONE]')
    const read = events.slice(0, -1).map((event) => jsonOf(event.slice('data: '.length)))
    const text = { delta: { content: expect.stringMatching(/^ [a-z]+$/) } }
    expect(read).toMatchObject([
      { choices: [{ delta: { role: 'assistant', content: '' } }], usage: { completion_tokens: 0 } },
      { choices: [{ ...text, finish_reason: null }], usage: { completion_tokens: 1 } },
      { choices: [{ ...text, finish_reason: null }], usage: { completion_tokens: 2 } },
      { choices: [{ ...text, finish_reason: 'length' }], usage: { completion_tokens: 3 } },
      { choices: [], usage: { prompt_tokens: 4, completion_tokens: 3 }, system_fingerprint: 'joulemark-proof' },
    ])
  })

  test.each([true, false])('computes no further for a client that is gone (stream: %s)', async (stream) => {
    const before = await counter('request_success_total{finished_reason="abort"')
    const gone = new AbortController()
    const body = { prompt: [1], max_tokens: 1000, ignore_eos: true, stream }
    const answer = post('/v1/completions', body, { signal: gone.signal })
    await expect.poll(() => counter('num_requests_running')).toBe(1)
    gone.abort()
    await expect(answer.then((each) => each.text())).rejects.toThrow('abort')
    await expect.poll(() => counter('num_requests_running')).toBe(0)
    expect(await counter('request_success_total{finished_reason="abort"')).toBe(before + 1)
  })

  test.each([
    ['{', 400, /not JSON/],
    [[], 400, /not an object/],
    [{}, 400, /^prompt: /],
    [{ prompt: [] }, 400, /^prompt: /],
    [{ prompt: [1, 'a'] }, 400, /^prompt: /],
    [{ prompt: [4096] }, 400, /out of vocabulary/],
    [{ prompt: 'a', max_tokens: 0 }, 400, /^max_tokens: /],
    [{ prompt: 'a', max_tokens: 1024 }, 400, /maximum context length is 1024/],
    [{ prompt: 'a', max_tokens: 2, min_tokens: 3 }, 400, /^min_tokens is 3/],
    [{ prompt: 'a', temperature: -1 }, 400, /^temperature: /],
    [{ prompt: 'a', stream: 'yes' }, 400, /^stream: /],
    [{ prompt: 'a', n: 2 }, 400, /^n is not supported/],
    [{ prompt: 'a', model: 'other' }, 404, /served is random-tiny/],
  ])('answers %j with %i', async (body, status, words) => {
    const answer = await post('/v1/completions', body)
    const { error } = (await answer.json()) as { error: { message: string; code: number } }
    expect([answer.status, error.code]).toEqual([status, status])
    expect(error.message).toMatch(words)
  })

  test('ends when it is asked to, with a stream open', async () => {
    const body = { prompt: [1], max_tokens: 1000, ignore_eos: true, stream: true }
    const answer = await post('/v1/completions', body)
    server.child.kill('SIGTERM')
    await expect(answer.text()).rejects.toThrow()
    expect(await server.ended).toBe(0)
  })
})

test.skipIf(why !== '')(`a LoRA training over random weights is a run of kind training${why}`, async () => {
  const flags = '--device cpu --shape tiny --batch 2 --sequence-tokens 32 --rank 4 --gradient-checkpointing'
  const scenario = scenarioFileSchema.parse({
    name: 'proof-lora',
    title: 'Proof',
    kind: 'training',
    // the shape that the catalogue knows; what was trained stands in the settings
    model: 'tiny-random-llama',
    training: {
      batch: 2,
      sequenceTokens: 32,
      rank: 4,
      gradientCheckpointing: true,
      command: [python, script('lora-train.py'), ...flags.split(' ')],
    },
    trial: { seconds: 3, quietSeconds: 0.8, minWindowSeconds: 0.1 },
  }) as PlainScenarioFile
  const { record } = await runOnce(scenario, oneTrialOptions({ endpoint: '', outDir }))
  expect(record).toMatchObject({
    status: 'complete',
    training: {
      config: { model: 'random-tiny', weights: 'random, bfloat16', device: 'cpu', gradientCheckpointing: true },
    },
  })
  expect(record.trials[0]?.outcomes['ok']).toBeGreaterThan(0)
  // of a vocabulary of 4096 equally likely tokens
  expect(record.result['finalLoss']?.mean).toBeCloseTo(Math.log(4096), 0)
})
