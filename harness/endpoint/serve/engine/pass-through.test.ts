import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { engineWords, serverWords } from './pass-through.ts'

describe('words for the engine', () => {
  test('are kept one by one, and a value goes into the environment', () => {
    const given = [
      '--shm-size=8g',
      '--cpuset-cpus',
      '0-15',
      '-e',
      'TOKEN=a=b',
      '--env=NCCL_DEBUG=INFO',
      '-eX=1',
      '-e',
      'HOME',
    ]
    expect(engineWords(given)).toEqual({
      words: [
        '--shm-size=8g',
        '--cpuset-cpus',
        '0-15',
        '--env',
        'TOKEN',
        '--env',
        'NCCL_DEBUG',
        '--env',
        'X',
        '--env',
        'HOME',
      ],
      env: { TOKEN: 'a=b', NCCL_DEBUG: 'INFO', X: '1' },
    })
  })

  test.each([
    [['--name', 'mine'], /--docker-arg --name: joulemark names its container/],
    [['--name=mine'], /--name: joulemark names/],
    [['-dit'], /-dit: joulemark reads the log/],
    [['-p8001:8000'], /choose the port with --port/],
    [['--network=host'], /--network: the port/],
    [['--label=joulemark.owner={}'], /labels of joulemark/],
    [['--label', 'joulemark.owner=x'], /--docker-arg --label: labels of joulemark/],
    [['-l', 'joulemark.owner=x'], /labels of joulemark/],
    [['-ljoulemark.owner=x'], /labels of joulemark/],
    [['-l=joulemark.owner=x'], /labels of joulemark/],
    [['--label-file=labels'], /name each label/],
    [['ubuntu'], /take it for the image/],
    [['--privileged', 'ubuntu'], /--docker-arg ubuntu: .* take it for the image/],
    [['--shm-size=8g', 'ubuntu'], /take it for the image/],
    [['-e TOKEN=secret-of-mine'], /^--docker-arg -e: one word each/],
    [['-e', '1=2'], /expected NAME=VALUE/],
    [['-e'], /expected NAME=VALUE/],
    [['--env=PATH=/opt/venv/bin'], /--docker-arg --env: PATH is read on this machine too/],
    [['-e', 'DOCKER_HOST=tcp://10.0.0.1:2375'], /DOCKER_HOST is read on this machine too/],
    [['-eHOME=/root'], /HOME is read on this machine/],
    [['--env=CONTAINER_HOST=ssh://x'], /CONTAINER_HOST is read/],
    [['--env=HF_HOME=/data'], /HF_HOME: choose the folder of the weights with --cache/],
    [['--env', 'HF_HOME'], /with --cache/],
  ])('%j is refused', (words, message) => {
    expect(() => engineWords(words)).toThrow(message)
  })

  test('no value of a variable is a word, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.constantFrom('-e', '--env', '-e=', '--env=', '-eJ'),
        (value, flag) => {
          const words = flag.endsWith('=')
            ? [`${flag}SECRET=~${value}`]
            : flag === '-eJ'
              ? [`-eJSECRET=~${value}`]
              : [flag, `SECRET=~${value}`]
          const { words: kept, env } = engineWords(words)
          expect(kept).toEqual(['--env', expect.stringMatching(/^J?SECRET$/)])
          expect(Object.values(env)).toEqual([`~${value}`])
        },
      ),
    )
  })

  test('an error does not repeat the value of a word', () => {
    expect(() => engineWords(['--name=hf_abcdefghijkl'])).toThrow(expect.not.stringContaining('hf_') as never)
  })
})

describe('words for vLLM', () => {
  test('are kept', () => {
    const given = ['--enable-expert-parallel', '--max-num-batched-tokens', '8192', '--model-impl=transformers']
    expect(serverWords(given)).toEqual(given)
  })

  test.each([
    [['--max-model-len', '100'], /--vllm-arg --max-model-len: set server.maxModelLen in the scenario/],
    [['--max_model_len=100'], /set server.maxModelLen/],
    [['--max-model'], /set server.maxModelLen/],
    [['-tp', '2'], /set server.tensorParallel/],
    [['--api-key=sk-123'], /^--vllm-arg --api-key: the server listens on this machine only$/],
    [['--config', 'x.yaml'], /would not be in the record/],
    [['some/model'], /take it for the model/],
    [['--seed 1'], /one word each/],
  ])('%j is refused: the plan sets it', (words, message) => {
    expect(() => serverWords(words)).toThrow(message)
  })
})
