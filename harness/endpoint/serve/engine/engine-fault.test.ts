import { expect, test } from 'vitest'
import { engineFault } from './engine-fault.ts'

const docker = { engine: 'docker', rootless: false } as const
const rootless = { engine: 'docker', rootless: true } as const
const podman = { engine: 'podman', rootless: true } as const

const legacy =
  'docker: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: error running hook #0: error running hook: exit status 1, stdout: , stderr: Auto-detected mode as ‘legacy’'

/** Texts as users of Docker, Podman and the NVIDIA container toolkit reported them; those of Docker 28 as it prints them. */
test.each([
  [
    'Docker 28, not in the group',
    docker,
    'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.50/info": dial unix /var/run/docker.sock: connect: permission denied',
    'no-permission',
    'sudo usermod -aG docker $USER',
  ],
  [
    'Docker 29, not in the group',
    docker,
    'permission denied while trying to connect to the docker API at unix:///var/run/docker.sock',
    'no-permission',
    'sudo usermod -aG docker $USER',
  ],
  [
    'Docker 28, stopped',
    docker,
    'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    'no-docker',
    'sudo systemctl start docker',
  ],
  [
    'rootless, stopped',
    docker,
    'Cannot connect to the Docker daemon at unix:///run/user/1137/docker.sock. Is the docker daemon running?',
    'no-docker',
    'systemctl --user start docker',
  ],
  [
    'a DOCKER_HOST that is gone',
    docker,
    'Cannot connect to the Docker daemon at tcp://10.0.0.9:2375. Is the docker daemon running?',
    'no-docker',
    'unset DOCKER_HOST',
  ],
  [
    'Docker 29, stopped',
    docker,
    'failed to connect to the docker API at unix:///var/run/docker.sock; check if the path is correct and if the daemon is running: dial unix /var/run/docker.sock: connect: no such file or directory',
    'no-docker',
    'sudo systemctl start docker',
  ],
  ['not installed', docker, 'no docker on PATH', 'no-docker', 'apt-get install -y docker.io'],
  [
    'Podman machine',
    podman,
    'Cannot connect to Podman. Please verify your connection to the Linux system using `podman system connection list`',
    'no-docker',
    'podman system connection list',
  ],
  [
    'no toolkit',
    docker,
    'docker: Error response from daemon: could not select device driver "" with capabilities: [[gpu]].',
    'no-gpu-runtime',
    'apt-get install -y nvidia-container-toolkit',
  ],
  [
    'Docker 29, no toolkit',
    docker,
    'docker: Error response from daemon: failed to discover GPU vendor from CDI: no known GPU vendor found',
    'no-gpu-runtime',
    'nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker',
  ],
  [
    'rootless, cgroups',
    rootless,
    `${legacy} nvidia-container-cli: mount error: failed to add device rules: unable to find any existing device filters attached to the cgroup: bpf_prog_query(BPF_CGROUP_DEVICE) failed: operation not permitted: unknown.`,
    'no-gpu-runtime',
    'nvidia-container-cli.no-cgroups --in-place && systemctl --user restart docker',
  ],
  [
    'rootless, cgroups v1',
    rootless,
    'nvidia-container-cli: mount error: open failed: /sys/fs/cgroup/devices/user.slice/devices.allow: permission denied',
    'no-gpu-runtime',
    'no-cgroups',
  ],
  [
    'driver upgraded',
    docker,
    `${legacy} nvidia-container-cli: initialization error: nvml error: driver/library version mismatch: unknown`,
    'no-gpu-runtime',
    'sudo reboot',
  ],
  [
    'driver upgraded, seen inside',
    docker,
    'Failed to initialize NVML: Driver/library version mismatch',
    'no-gpu-runtime',
    'sudo reboot',
  ],
  [
    'driver not loaded',
    docker,
    'nvidia-container-cli: initialization error: nvml error: driver not loaded: unknown',
    'no-gpu-runtime',
    'modprobe nvidia',
  ],
  [
    'snap',
    docker,
    'nvidia-container-cli: initialization error: load library failed: libnvidia-ml.so.1: cannot open shared object file: no such file or directory: unknown.',
    'no-gpu-runtime',
    'snap',
  ],
  [
    'driver too old',
    docker,
    `${legacy} nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.9, please update your driver to a newer version, or use an earlier cuda container: unknown`,
    'no-gpu-runtime',
    'the image requires cuda>=12.9,',
  ],
  [
    'Podman, no list of devices',
    podman,
    'Error: setting up CDI devices: unresolvable CDI devices nvidia.com/gpu=all',
    'no-gpu-runtime',
    'nvidia-ctk cdi generate',
  ],
  [
    'Podman 3',
    podman,
    'Error: stat nvidia.com/gpu=all: no such file or directory',
    'no-gpu-runtime',
    'nvidia-ctk cdi generate',
  ],
  [
    'runtime not configured',
    docker,
    'docker: Error response from daemon: unknown or invalid runtime name: nvidia.',
    'no-gpu-runtime',
    'nvidia-ctk runtime configure --runtime=docker',
  ],
  [
    'toolkit removed',
    docker,
    'fork/exec /usr/bin/nvidia-container-runtime: no such file or directory: <nil>: unknown.',
    'no-gpu-runtime',
    'apt-get install -y nvidia-container-toolkit',
  ],
  ['lost devices', docker, 'Failed to initialize NVML: Unknown Error', 'no-device', 'restart docker'],
  [
    'one card is gone',
    docker,
    'nvidia-container-cli: device error: GPU-5a1e7a1c-1d2b-4b8e-9c7e-0b1f2c3d4e5f: unknown device: unknown.',
    'no-device',
    'nvidia-smi -L',
  ],
  [
    'a card fell off the bus',
    docker,
    'nvidia-container-cli: detection error: nvml error: unknown error: unknown.',
    'no-device',
    'dmesg',
  ],
  [
    'Podman, one card is not in its list',
    podman,
    'Error: setting up CDI devices: unresolvable CDI devices nvidia.com/gpu=GPU-5a1e7a1c-1d2b-4b8e-9c7e-0b1f2c3d4e5f',
    'no-device',
    'nvidia-ctk cdi generate',
  ],
  ['port', docker, 'Bind for 127.0.0.1:8000 failed: port is already allocated', 'port-taken', '--port'],
  [
    'limit of pulls',
    docker,
    'Error response from daemon: toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit',
    'no-registry',
    'docker login',
  ],
  [
    'no such tag',
    docker,
    'Error response from daemon: manifest for vllm/vllm-openai:v9 not found: manifest unknown: manifest unknown',
    'no-image',
    '--tag or --image',
  ],
  [
    'Podman short name',
    podman,
    'Error: short-name "vllm/vllm-openai" did not resolve to an alias and no unqualified-search registries are defined in "/etc/containers/registries.conf"',
    'no-image',
    'docker.io/vllm/vllm-openai',
  ],
  [
    'no DNS',
    docker,
    'docker: Error response from daemon: Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 10.0.0.1:53: no such host',
    'no-registry',
    'systemctl edit docker',
  ],
  [
    'Podman, no DNS',
    podman,
    'Error: initializing source docker://docker.io/vllm/vllm-openai:latest: pinging container registry registry-1.docker.io: Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host',
    'no-registry',
    'proxy',
  ],
  [
    'inspecting proxy',
    docker,
    'Error response from daemon: Get "https://registry-1.docker.io/v2/": x509: certificate signed by unknown authority',
    'no-registry',
    'certificates',
  ],
  [
    'wrong clock',
    docker,
    'Error response from daemon: Get "https://registry-1.docker.io/v2/": x509: certificate has expired or is not yet valid: current time 2001-01-01',
    'no-registry',
    'set-ntp true',
  ],
] as const)('%s', (_, kind, line, cause, fix) => {
  const found = engineFault(
    ['Unable to find image locally', line, 'Run ‘docker run --help’ for more information'],
    kind,
  )
  expect([found?.cause, found?.line]).toEqual([cause, line])
  expect(found?.fix).toContain(fix)
})

test('what is no fault of an engine is none', () => {
  expect(
    engineFault(['INFO vLLM API server version 0.31.0', 'torch.OutOfMemoryError: CUDA out of memory'], docker),
  ).toBeNull()
})
