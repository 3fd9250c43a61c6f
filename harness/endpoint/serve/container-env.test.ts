import { expect, test } from 'vitest'
import { containerEnv, dockerEnv } from './container-env.ts'

test('proxies and settings of downloads are passed on by name where they are set', () => {
  const env = {
    HTTPS_PROXY: 'http://me:secret@proxy:3128',
    http_proxy: 'proxy:3128',
    HTTP_PROXY: ' ',
    NO_PROXY: 'localhost',
    HF_HUB_OFFLINE: '1',
    HF_ENDPOINT: '',
    AWS_SECRET_ACCESS_KEY: 'x',
  }
  expect(containerEnv(env)).toEqual({ names: ['HTTPS_PROXY', 'http_proxy', 'NO_PROXY', 'HF_HUB_OFFLINE'], notes: [] })
  expect(containerEnv({})).toEqual({ names: [], notes: [] })
})

test.each(['http://127.0.0.1:3128', 'localhost:3128', 'http://[::1]:3128', 'socks5h://127.0.0.1:1080'])(
  'the proxy %s is this machine, and in a container another one',
  (proxy) => {
    const { names, notes } = containerEnv({ HTTPS_PROXY: proxy, NO_PROXY: '*' })
    expect(names).toEqual(['NO_PROXY'])
    expect(notes).toEqual([expect.stringMatching(/^HTTPS_PROXY names a proxy on a loopback address/)])
  },
)

test('a proxy that is no URL is passed on as it is: docker and vLLM report what is wrong with it', () => {
  expect(containerEnv({ HTTPS_PROXY: 'http://[' }).names).toEqual(['HTTPS_PROXY'])
})

test('docker gets the token of Hugging Face trimmed, and none where there is none', () => {
  expect(dockerEnv({ PATH: '/bin', HF_TOKEN: ' hf_x\r\n' })).toEqual({ PATH: '/bin', HF_TOKEN: 'hf_x' })
  expect(dockerEnv({ PATH: '/bin', HF_TOKEN: '\r' })).toEqual({ PATH: '/bin' })
  expect(dockerEnv({ PATH: '/bin' })).toEqual({ PATH: '/bin' })
  expect(() => dockerEnv({ HF_TOKEN: "'hf_x'" })).toThrow('HF_TOKEN: the key is in quotes')
})
