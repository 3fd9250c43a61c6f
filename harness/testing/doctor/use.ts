import { apps, type DoctorCase, idleCard, uuidOf, well } from './machine.ts'

const kwin = `${uuidOf(0)}, 2165, /usr/bin/kwin_wayland, 25`
const vllm = `${uuidOf(0)}, 31544, VLLM::EngineCore, 14200`
const noKill = /\bkill\b/

/** Who uses the card. */
export const useCases: readonly DoctorCase[] = [
  {
    title: 'a desktop listed before the vLLM server',
    source: 'nvidia_gpu_exporter RTX 4080 SUPER 595.71.05; the line of vLLM is made up',
    smi: well([idleCard(0, { 'memory.used': '14600' })], { '--query-compute-apps': apps(kwin, vllm) }),
    isServing: true,
    isHealthy: true,
    mustSay: [
      { id: 'processes', status: 'warn', fix: /log out of the desktop, or stop the display manager/, not: noKill },
    ],
  },
  {
    title: 'a desktop and no server',
    source: 'nvidia_gpu_exporter RTX 4080 SUPER 595.71.05',
    smi: well([idleCard(0)], { '--query-compute-apps': apps(kwin) }),
    isHealthy: true,
    mustSay: [{ id: 'processes', status: 'warn', fix: /display manager/, not: noKill }],
  },
  {
    title: 'the windows of a Windows desktop, without memory',
    source: 'nvidia_gpu_exporter RTX 2080 SUPER 591.86 (Windows)',
    smi: well([idleCard(0)], {
      '--query-compute-apps': apps(
        `${uuidOf(0)}, 1204, C:\\Windows\\explorer.exe, [N/A]`,
        `${uuidOf(0)}, 8816, C:\\Windows\\SystemApps\\SearchHost.exe, [N/A]`,
      ),
    }),
    isHealthy: true,
    mustSay: [{ id: 'processes', status: 'warn', not: noKill }],
  },
  {
    title: 'a server without a name of its own: Python with the most memory',
    source: 'vLLM before 0.10 and SGLang list python3',
    smi: well([idleCard(0)], {
      '--query-compute-apps': apps(`${uuidOf(0)}, 90, python3, 310`, `${uuidOf(0)}, 91, /opt/venv/bin/python3, 41200`),
    }),
    isServing: true,
    isHealthy: true,
    mustSay: [{ id: 'processes', status: 'warn', read: /python3 \(pid 90, 310 MiB\)/ }],
  },
  {
    title: 'two servers, of which one is known by its process id',
    source: 'made up',
    smi: well([idleCard(0)], {
      '--query-compute-apps': apps(vllm, `${uuidOf(0)}, 88, VLLM::EngineCore, 20100`),
    }),
    isServing: true,
    serverPids: [31500, 31544],
    isHealthy: false,
    mustSay: [{ id: 'processes', status: 'fail', fix: /ps -fp 88\)/ }],
  },
  {
    title: 'process ids of another namespace',
    source: 'made up: a tunnel or docker-proxy listens',
    smi: well([idleCard(0)], { '--query-compute-apps': apps(vllm) }),
    isServing: true,
    serverPids: [41],
    isHealthy: true,
    mustSay: [{ id: 'processes', status: 'pass' }],
  },
  {
    title: 'another model on the card of the server',
    source: 'made up',
    smi: well([idleCard(0)], { '--query-compute-apps': apps(`${uuidOf(0)}, 77, python train.py, 9000`, vllm) }),
    isServing: true,
    isHealthy: false,
    mustSay: [{ id: 'processes', status: 'fail', fix: /ps -fp 77\)/, not: /-fp [\d,]*31544|\bkill\b/ }],
  },
  {
    title: 'a server runs, and no address was given',
    source: 'made up',
    smi: well([idleCard(0)], { '--query-compute-apps': apps(vllm) }),
    isHealthy: false,
    mustSay: [{ id: 'processes', status: 'fail', fix: /give its address with --endpoint/, not: noKill }],
  },
  {
    title: 'a desktop and two small programs, and no server is visible',
    source: 'nvidia_gpu_exporter RTX 4080 SUPER 595.71.05 under load',
    smi: well([idleCard(0)], {
      '--query-compute-apps': apps(kwin, `${uuidOf(0)}, 5022, ffmpeg, 503`, `${uuidOf(0)}, 5021, ffmpeg, 360`),
    }),
    isServing: true,
    isHealthy: false,
    mustSay: [
      {
        id: 'processes',
        status: 'fail',
        fix: /ps -fp 5022,5021\).*; log out of the desktop/,
        not: /-fp [\d,]*2165|\bkill\b/,
      },
    ],
  },
  {
    title: 'a busy card without a process',
    source: 'nvidia_gpu_exporter L40S idle capture: 100 % utilisation, 145 W, no process, persistence off',
    smi: well([idleCard(0, { 'utilization.gpu': '100', 'power.draw': '145.00' })]),
    isHealthy: true,
    mustSay: [
      { id: 'processes', status: 'warn', read: /100 % utilisation and 145\.00 W without a process/, fix: /-pm 1/ },
    ],
  },
]
