import { describe, expect, test } from 'vitest'
import { trialFinding } from './gpu-trial.ts'
import { engineFinding } from './read-engine.ts'

const box = { engine: 'docker', hostname: 'box1', env: {} } as const
const ended = (stdout: string, stderr = '', code = stderr === '' ? 0 : 1) => ({ code, stdout, stderr })

/** What `docker info --format '{{json .}}'` of Docker 28 prints, without what is not read. */
const info = {
  ServerVersion: '28.2.2',
  Name: 'box1',
  OperatingSystem: 'Ubuntu 24.04.3 LTS',
  DockerRootDir: '/var/lib/docker',
  DriverStatus: [['Backing Filesystem', 'extfs']],
  SecurityOptions: ['name=apparmor', 'name=seccomp,profile=builtin', 'name=cgroupns'],
  HttpProxy: '',
  HttpsProxy: 'http://proxy.example:3128',
  NoProxy: '',
  RegistryConfig: { Mirrors: ['https://mirror.example/'] },
}
const docker = (over: object) => engineFinding(ended(JSON.stringify({ ...info, ...over })), box)

describe('what an engine says of itself', () => {
  test('Docker', () => {
    expect(docker({})).toEqual({
      state: 'well',
      engine: 'docker',
      version: '28.2.2',
      rootless: false,
      simulated: false,
      imagesFolder: '/var/lib/docker',
      elsewhere: null,
      proxies: { HTTPS_PROXY: 'http://proxy.example:3128' },
      hasHiddenProxy: false,
      mirrors: ['https://mirror.example/'],
    })
  })

  test.each([
    ['rootless', { SecurityOptions: ['name=seccomp', 'name=rootless'] }, { rootless: true }],
    [
      'the image store of containerd',
      { DriverStatus: [['driver-type', 'io.containerd.snapshotter.v1']] },
      { imagesFolder: '/var/lib/containerd' },
    ],
    [
      'a proxy with a password that is hidden',
      { HttpsProxy: 'http://xxxxx:xxxxx@proxy.example:3128' },
      { proxies: {}, hasHiddenProxy: true },
    ],
    ['another machine', { Name: 'build7' }, { elsewhere: 'on build7', imagesFolder: null }],
    [
      'Docker Desktop',
      { OperatingSystem: 'Docker Desktop', Name: 'docker-desktop' },
      { elsewhere: expect.stringContaining('virtual machine') },
    ],
    [
      'fields that are null',
      { SecurityOptions: null, DriverStatus: null, RegistryConfig: null },
      { rootless: false, mirrors: [] },
    ],
  ])('%s', (_, over, expected) => {
    expect(docker(over)).toMatchObject({ state: 'well', ...expected })
  })

  const podmanInfo = JSON.stringify({
    host: { hostname: 'box1', serviceIsRemote: false, security: { rootless: true } },
    store: { graphRoot: '/home/me/.local/share/containers/storage' },
    version: { Version: '5.4.2' },
  })

  test('Podman, and a docker that is Podman in truth', () => {
    expect(engineFinding(ended(podmanInfo), { ...box, engine: 'podman' })).toMatchObject({
      state: 'well',
      version: '5.4.2',
      rootless: true,
      imagesFolder: '/home/me/.local/share/containers/storage',
    })
    const other = engineFinding(ended(podmanInfo, 'Emulate Docker CLI using podman.', 0), box)
    expect(other).toMatchObject({ state: 'fault', fix: expect.stringContaining('--engine podman') })
  })

  test.each([
    ['no program', { absent: 'no docker on PATH' }, 'not installed', 'apt-get install -y docker.io'],
    ['no answer', { code: null, stdout: '', stderr: '' }, 'did not answer', 'systemctl restart docker'],
    [
      // a client of version 28 without a daemon prints its own fields, and the reason on stderr
      'no daemon',
      ended(
        '{"ServerVersion":"","ClientInfo":{"Version":"28.2.2"}}',
        'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
      ),
      'Cannot connect',
      'sudo systemctl start docker',
    ],
    [
      'not in the group',
      ended('{}', 'permission denied while trying to connect to the docker API at unix:///var/run/docker.sock'),
      'permission denied',
      'usermod -aG docker',
    ],
    ['what nobody knows', ended('', 'segmentation\u001b[31m fault'), 'segmentation [31m fault', 'docker info'],
  ])('%s is a fault with its command', (_, end, text, fix) => {
    expect(engineFinding(end, box)).toEqual({
      state: 'fault',
      text: expect.stringContaining(text),
      fix: expect.stringContaining(fix),
    })
  })
})

describe('what a container sees of the cards', () => {
  const trial = (end: Parameters<typeof trialFinding>[0], engine: 'docker' | 'podman' = 'docker') =>
    trialFinding(end, 'ubuntu:24.04', { engine, rootless: false })

  test('one lost card does not speak for the others', () => {
    const lost = 'nvidia-container-cli: detection error: nvml error: unknown error: unknown.'
    expect(trial(ended('', lost, 125))).toMatchObject({ state: 'unknown' })
    expect(trial(ended('Failed to initialize NVML: Unknown Error', '', 255))).toMatchObject({ state: 'fault' })
  })

  test('their UUIDs, MIG devices not among them', () => {
    const text = `GPU 0: NVIDIA A100-SXM4-80GB (UUID: GPU-5d5ba0d6-d33d-2b2c-524d-9e3d8d2b8a77)
  MIG 1g.10gb     Device  0: (UUID: MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f)
GPU 1: NVIDIA A100-SXM4-80GB (UUID: GPU-a4ec5ab4-8f3c-4b8f-9b0e-1f6c3f0a2b11)
`
    expect(trial(ended(text))).toEqual({
      state: 'well',
      image: 'ubuntu:24.04',
      uuids: ['GPU-5d5ba0d6-d33d-2b2c-524d-9e3d8d2b8a77', 'GPU-a4ec5ab4-8f3c-4b8f-9b0e-1f6c3f0a2b11'],
    })
  })

  test.each([
    [
      'no toolkit',
      ended(
        '',
        'docker: Error response from daemon: could not select device driver "" with capabilities: [[gpu]].',
        125,
      ),
      'docker',
      /^Error response from daemon: could not select/,
      'nvidia-container-toolkit',
    ],
    [
      'Podman that ignores --gpus',
      ended(
        '',
        'Error: crun: executable file `nvidia-smi` not found in $PATH: No such file or directory: OCI runtime attempted to invoke a command that was not found',
        127,
      ),
      'podman',
      /without the driver/,
      'nvidia-ctk cdi generate',
    ],
    [
      'a runtime that brings nothing',
      ended(
        '',
        'docker: Error response from daemon: failed to create task for container: runc create failed: exec: "nvidia-smi": executable file not found in $PATH: unknown.',
        127,
      ),
      'docker',
      /without the driver/,
      'nvidia-ctk runtime configure',
    ],
    [
      'an inside without devices',
      ended('Failed to initialize NVML: Unknown Error\n', '', 255),
      'docker',
      /Failed to initialize NVML/,
      'restart docker',
    ],
    ['no device', ended('No devices found.\n', '', 0), 'docker', /sees no GPU: No devices found/, 'nvidia-smi -L'],
    [
      'what nobody knows',
      ended('', 'strange\n', 1),
      'docker',
      /^strange$/,
      'docker run --rm --gpus all ubuntu:24.04 nvidia-smi -L',
    ],
  ] as const)('%s', (_, end, engine, text, fix) => {
    expect(trial(end, engine)).toEqual({
      state: 'fault',
      text: expect.stringMatching(text),
      fix: expect.stringContaining(fix),
    })
  })

  test('a container that does not end is not known', () => {
    expect(trial({ code: null, stdout: '', stderr: '' })).toMatchObject({ state: 'unknown' })
  })
})
