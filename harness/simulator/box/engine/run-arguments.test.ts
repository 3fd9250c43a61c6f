import { expect, test } from 'vitest'
import { Containers } from './containers.ts'
import { formatted, inspected, inspectedImage } from './formats.ts'
import { parseRun, type RunArguments } from './run-arguments.ts'
import { serverFlags, simulatedModel } from './server-options.ts'

const run = (...words: string[]) => parseRun(words) as RunArguments

test('the line that joulemark serves with', () => {
  const parsed = run(
    ...['--label', 'joulemark.owner={"a":1}', '--rm', '--name', 'joulemark-8001', '--gpus', '"device=GPU-a,GPU-b"'],
    ...['--ipc=host', '-p', '127.0.0.1:8001:8000', '-v', '/c:/root', '--env', 'HF_TOKEN', 'vllm/vllm-openai:v1'],
    ...['--model', 'x/y', '--max-model-len', '4096'],
  )
  expect(parsed).toMatchObject({
    name: 'joulemark-8001',
    gpus: ['GPU-a', 'GPU-b'],
    port: 8001,
    image: 'vllm/vllm-openai:v1',
    command: ['--model', 'x/y', '--max-model-len', '4096'],
  })
  expect(parsed.labels.get('joulemark.owner')).toBe('{"a":1}')
})

test.each([
  [['--gpus', 'all', 'i'], 'all'],
  [['--gpus=device=1', 'i'], ['1']],
  [
    ['--device', 'nvidia.com/gpu=GPU-a', '--device', 'nvidia.com/gpu=GPU-b', 'i'],
    ['GPU-a', 'GPU-b'],
  ],
  [['--device', 'nvidia.com/gpu=all', 'i'], 'all'],
  [['i'], []],
] as const)('%j gives the container the GPUs %j', (words, gpus) => {
  expect(run(...words).gpus).toEqual(gpus)
})

test('what docker refuses', () => {
  expect(parseRun(['--colour', 'red', 'i'])).toEqual({ error: 'unknown flag: --colour' })
  expect(parseRun(['--name'])).toEqual({ error: 'flag needs an argument: --name' })
  expect(parseRun(['--rm'])).toEqual({ error: "'docker run' requires at least 1 argument" })
})

test('flags of a server, and the model that they name', () => {
  expect(serverFlags(['vllm', 'serve', 'a/b', '--x=1', '--on', '--y', '2'])).toEqual(
    new Map([
      ['model', 'a/b'],
      ['x', '1'],
      ['on', 'true'],
      ['y', '2'],
    ]),
  )
  expect(simulatedModel('neuralmagic/Meta-Llama-3.1-8B-Instruct-FP8')).toBe('llama-3.1-8b-instruct-fp8')
  expect(simulatedModel('nobody/nothing')).toBeNull()
})

test('containers by name, label and id; a name is taken until its container is gone: with --rm at its end', () => {
  const containers = new Containers()
  const ended: string[] = []
  const first = containers.start(run('--rm', '--name', 'one', '--label', 'o=me', 'i:1'), () => ended.push('one'))!
  expect(containers.start(run('--name', 'one', 'i'), () => undefined)).toBeNull()
  expect(containers.matching(['name=^one$', 'label=o=me'])).toEqual([first])
  expect(containers.matching(['label=o=you'])).toEqual([])
  expect(containers.find(first.id.slice(0, 12))).toBe(first)
  const format = '{{.State.Running}} {{index .Config.Labels "o"}}'
  expect(formatted(format, inspected(first))).toBe('true me')
  expect(formatted('{{index .RepoDigests 0}}', inspectedImage('a/b:v1'))).toMatch(/^a\/b@sha256:[0-9a-f]{64}$/)
  expect(formatted('{{json .State.ExitCode}}{{.Nothing.At}}', inspected(first))).toBe('0')
  first.end(0)
  first.end(1)
  expect([ended, containers.find('one')]).toEqual([['one'], null])
  const kept = containers.start(run('--name', 'two', 'i:1'), () => undefined)!
  kept.end(1)
  expect(formatted('{{.State.ExitCode}} {{.State.OOMKilled}}', inspected(containers.find('two')!))).toBe('1 false')
  containers.remove(kept)
  expect(containers.find('two')).toBeNull()
})
