import { expect, test } from 'vitest'
import { cardByKey } from '../../catalogue/cards.ts'
import { modelByKey } from '../../catalogue/own-models.ts'
import { fitOf } from '../../physics/memory.ts'
import { startFailure } from './start-failure.ts'
import { StartLog } from './start-log.ts'

const fit = fitOf(cardByKey('rtx-4090')!, modelByKey('llama-3.1-8b-instruct')!, {
  contextTokens: 65_536,
  sessions: 1,
  kvBytesPerElement: 2,
  gpuMemoryUtilization: 0.92,
})

const started = `INFO 08-20 10:00:00 [api_server.py:1] vLLM API server version 0.27.1
INFO 08-20 [gpu_model_runner.py:2] Model loading took 8.49 GiB memory and 12.34 seconds
INFO 08-20 [gpu_worker.py:3] Available KV cache memory: 11.98 GiB
INFO 08-20 [kv_cache_utils.py:4] GPU KV cache size: 196,272 tokens
INFO 08-20 [kv_cache_utils.py:5] Maximum concurrency for 16,384 tokens per request: 11.98x
INFO 08-20 [gpu_model_runner.py:6] Graph capturing finished in 5 secs, took 0.52 GiB
INFO 08-20 [core.py:7] init engine (profile, create kv cache, warmup model) took 41.20 seconds
INFO:     Application startup complete.
`

test.each([
  ['as vLLM wrote it until mid-2026', started],
  ['as it writes it since', started.replace('tokens\nINFO 08-20 [kv_cache_utils.py:5] Maximum', 'tokens, maximum')],
])('a good start, %s', (_, text) => {
  const log = new StartLog()
  // cut in the middle of a word, as pipes do
  for (let at = 0; at < text.length; at += 37) log.write(text.slice(at, at + 37))
  expect(log.facts).toEqual({
    version: '0.27.1',
    weightsGiB: 8.49,
    weightsSeconds: 12.34,
    kvGiB: 11.98,
    kvTokens: 196_272,
    maxConcurrency: 11.98,
    graphsGiB: 0.52,
    initSeconds: 41.2,
    ready: true,
  })
})

test.each([
  [
    'docker: permission denied while trying to connect to the Docker daemon socket at unix:///x',
    'no-permission',
    'usermod',
  ],
  [
    'docker: Error response from daemon: could not select device driver "" with capabilities: [[gpu]].',
    'no-gpu-runtime',
    'nvidia-container-toolkit',
  ],
  ['Bind for 127.0.0.1:8000 failed: port is already allocated', 'port-taken', '--port'],
  ['manifest for vllm/vllm-openai:v9 not found: manifest unknown', 'no-image', '--tag'],
  [
    'OSError: x/y is not a local folder and is not a valid model identifier listed on huggingface',
    'no-such-model',
    'catalogue',
  ],
  ['huggingface_hub.errors.GatedRepoError: 401 Client Error', 'no-access', 'HF_TOKEN'],
  [
    'docker: Error response from daemon: Get "https://registry-1.docker.io/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers).',
    'no-registry',
    'systemctl edit docker',
  ],
  [
    'docker: Error response from daemon: Get "https://registry-1.docker.io/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    'no-registry',
    'systemctl edit docker',
  ],
  [
    "OSError: We couldn't connect to 'https://huggingface.co' to load the files, and couldn't find them in the cached files.",
    'no-hub',
    'HTTPS_PROXY or HF_ENDPOINT',
  ],
  [
    "(MaxRetryError(\"HTTPSConnectionPool(host='huggingface.co', port=443): Max retries exceeded with url: /x/y/resolve/main/config.json (Caused by ProxyError('Cannot connect to proxy.', NewConnectionError('[Errno 111] Connection refused')))\"))",
    'no-hub',
    'HTTPS_PROXY or HF_ENDPOINT',
  ],
  [
    "urllib3.exceptions.MaxRetryError: HTTPSConnectionPool(host='huggingface.co', port=443): Max retries exceeded with url: /x/y (Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate')))",
    'no-hub',
    'does not trust it',
  ],
  [
    'huggingface_hub.errors.LocalEntryNotFoundError: Cannot find the requested files in the disk cache and outgoing traffic has been disabled.',
    'no-hub',
    'HF_HUB_OFFLINE is set and the weights are not in --cache',
  ],
  ['api_server.py: error: unrecognized arguments: --disable-log-requests', 'wrong-flags', '--tag'],
  [
    'ValueError: Quantization method specified in the model config (compressed-tensors) does not match',
    'quantization-mismatch',
    'already quantised',
  ],
  [
    'ValueError: Free memory on device (3.2/23.5 GiB) on startup is less than desired GPU memory utilization (0.92)',
    'memory-held',
    'nvidia-smi',
  ],
  [
    "ValueError: To serve at least one request with the model's max seq len (65536), (8.0 GiB KV cache is needed, which is larger than the available KV cache memory (5.0 GiB). Based on the available memory, the estimated maximum model length is 40960.",
    'context-too-long',
    'may be at most 40960',
  ],
  [
    'ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization`',
    'out-of-memory',
    'GiB of weights',
  ],
  ['torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB', 'out-of-memory', 'GiB of weights'],
  ['OSError: [Errno 28] No space left on device', 'disk-full', 'GiB of disk'],
  ['docker: Error response from daemon: no space left on device.', 'disk-full', 'GiB of disk'],
  ["OSError: [Errno 28] No space left on device: '/dev/shm/psm_1f2e'", 'shared-memory-full', 'df -h /dev/shm'],
  [
    'RuntimeError: unable to write to file </torch_71_0>: No space left on device (28)',
    'shared-memory-full',
    'df -h /dev/shm',
  ],
  [
    'OSError: Qwen/Qwen-Image does not appear to have a file named text_encoder/model-00002-of-00004.safetensors.',
    'incomplete-weights',
    'remove the folder of the model',
  ],
  [
    'safetensors_rust.SafetensorError: Error while deserializing header: MetadataIncompleteBuffer',
    'incomplete-weights',
    'start again',
  ],
  [
    'ValueError: Model class StableCascadePipeline not found in diffusion model registry.',
    'not-supported',
    'choose a newer one',
  ],
  [
    "ValueError: Following weights were not initialized from checkpoint: {'transformer.transformer_blocks.0.attn2.norm_added_k.weight'}",
    'not-supported',
    'choose a newer one',
  ],
  [
    "ValueError: Access to model 'black-forest-labs/FLUX.1-dev' is restricted. Visit https://huggingface.co/black-forest-labs/FLUX.1-dev to accept the license and request access.",
    'no-access',
    'HF_TOKEN',
  ],
  [
    'RuntimeError: CUDA error: no kernel image is available for execution on the device',
    'no-kernels',
    'newer than the card',
  ],
  [
    'ValueError: nomic-ai/nomic-embed-text-v1.5 requires you to execute the configuration file in that repo on your local machine. Make sure you have read the code there to avoid malicious use, then set the option `trust_remote_code=True` to remove this error.',
    'remote-code',
    '--vllm-arg --trust-remote-code',
  ],
  ['RuntimeError: something never seen', 'unknown', 'by hand'],
])('%s', (line, cause, advice) => {
  const lines = ['INFO loading', line, 'RuntimeError: Engine core initialization failed. See root cause above.']
  const failure = startFailure(cause === 'unknown' ? lines.slice(0, 2) : lines, new StartLog().facts, {
    fit,
    weightsBytes: fit.weightsBytes,
  })
  expect(failure).toMatchObject({ cause, line, advice: expect.stringContaining(advice) })
})

test('a good start of vLLM-Omni: its weights, and no KV cache', () => {
  const log = new StartLog()
  log.write(`(APIServer pid=1) INFO 09-20 [utils.py:299] vLLM server version 0.30.0, serving model stabilityai/sdxl
INFO 09-20 [diffusion_model_runner.py:133] Model loading took 26.4738 GiB and 13.178609 seconds
INFO 09-20 [diffusion_engine.py:797] dummy run to warm up the model
INFO:     Application startup complete.
`)
  expect(log.facts).toMatchObject({ version: '0.30.0', weightsGiB: 26.4738, weightsSeconds: 13.178609, ready: true })
  expect([log.facts.kvTokens, log.facts.maxConcurrency]).toEqual([null, null])
})

test('images that run out of memory: what was loaded, and never the size of the repository on disk', () => {
  const lines = [
    'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 72.00 MiB. GPU 0 has a total capacity of 44.52 GiB',
  ]
  const plan = { fit: null, weightsBytes: 76.9e9 }
  expect(startFailure(lines, new StartLog().facts, plan).advice).toBe(
    'a card with more memory, or a smaller checkpoint',
  )
  const log = new StartLog()
  log.write('INFO 09-20 [diffusion_model_runner.py:133] Model loading took 33.1000 GiB and 20.5 seconds\n')
  expect(startFailure(lines, log.facts, plan).advice).toMatch(/^33\.1 GiB of weights; a card with more memory/)
})

test('what a log says is harmless, and not kept without end', () => {
  const log = new StartLog()
  const esc = '\u001b'
  expect(log.write(`${esc}[31mred${esc}[0m\n`)).toEqual([' [31mred [0m'])
  for (let line = 0; line < 1000; line += 1) log.write(`${'x'.repeat(5000)}\n`)
  expect(log.lines).toHaveLength(400)
  expect(log.lines.every((line) => line.length <= 2000)).toBe(true)
})
