import {
  always,
  closedModule,
  type DoctorCase,
  type Expected,
  inContainer,
  inWsl,
  moduleFile,
  openModule,
} from './machine.ts'

/** What a failure of all of nvidia-smi must say: one fault with its own fix, and no advice where nothing was read. */
const fault = (fix: RegExp, over: Partial<Expected> = {}): readonly Expected[] => [
  { id: 'nvidia-smi', status: 'fail', fix, ...over },
  { id: 'gpus', status: 'not-measured', fix: /^$/ },
  { id: 'first-row', status: 'not-measured', fix: /^$/ },
  { id: 'cuda', status: 'not-measured', fix: /^$/ },
  { id: 'fields', status: 'not-measured', fix: /^$/ },
]

/** nvidia-smi answers nothing but a failure. */
export const failureCases: readonly DoctorCase[] = [
  {
    title: 'no devices under the closed module (Blackwell)',
    source: 'NVIDIA/open-gpu-kernel-modules#872',
    smi: always('No devices were found\n', 6),
    files: moduleFile(closedModule('575.51.03')),
    isHealthy: false,
    mustSay: fault(/open kernel module: install nvidia-driver-575-open.*Resizable BAR/, { not: /power-cycle|--gpus/ }),
  },
  {
    title: 'no devices, and the kernel log names the cause',
    source: 'NVIDIA/open-gpu-kernel-modules#872; the lines of the log are those of driver 575',
    smi: always('No devices were found\n', 6),
    files: moduleFile(closedModule('575.51.03')),
    dmesg:
      '[ 9.1] NVRM: The NVIDIA GPU 0000:01:00.0 (PCI ID: 10de:2b85)\n[ 9.1] NVRM: installed in this system requires use of the NVIDIA open kernel modules.\n',
    isHealthy: false,
    mustSay: fault(/kernel log names the cause.*nvidia-driver-575-open/, { not: /Resizable BAR/ }),
  },
  {
    title: 'no devices under the open module (a card before Turing)',
    source: 'NVIDIA/open-gpu-kernel-modules#322',
    smi: always('No devices were found\n', 6),
    files: moduleFile(openModule('515.48.07')),
    dmesg:
      '[1] NVRM: The NVIDIA GPU 0000:af:00.0 (PCI ID: 10de:1db5)\n[1] NVRM: installed in this system is not supported by open\n[1] NVRM: nvidia.ko because it does not include the required GPU\n',
    isHealthy: false,
    mustSay: fault(/requires the closed kernel module/),
  },
  {
    title: 'no devices under the open module (BIOS)',
    source: 'NVIDIA/open-gpu-kernel-modules#862',
    smi: always('No devices were found\n', 6),
    files: moduleFile(openModule('575.51.03')),
    isHealthy: false,
    mustSay: fault(/Above 4G Decoding and Resizable BAR/, { not: /install nvidia-driver/ }),
  },
  {
    title: 'a library older than the module',
    source: 'a public note: library 535.288 under module 595.71.05; return code 18 is that of NVML',
    smi: always('Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 535.288\n', 18),
    files: moduleFile(openModule('595.71.05')),
    isHealthy: false,
    mustSay: [
      ...fault(/library 535\.288, kernel module 595\.71\.05: install the 595\.71\.05 user-space packages/, {
        not: /: reboot|--gpus/,
      }),
      { id: 'driver-versions', status: 'fail', read: /535\.288.*595\.71\.05/, fix: /install the 595/ },
    ],
  },
  {
    title: 'a library newer than the module',
    source: 'the usual upgrade without a reboot; fixture of the same message',
    smi: always('Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 580.126\n', 18),
    files: moduleFile(closedModule('575.51.03')),
    isHealthy: false,
    mustSay: fault(/library 580\.126, kernel module 575\.51\.03.*reboot/),
  },
  {
    title: 'a container that lost its devices',
    source: 'NVIDIA/nvidia-container-toolkit#48, #1227',
    smi: always('Failed to initialize NVML: Unknown Error\n', 255),
    files: inContainer,
    isHealthy: false,
    mustSay: fault(/lost its devices.*start it anew/, { not: /install the NVIDIA driver/ }),
  },
  {
    title: 'a container with one card that is not fully given',
    source: 'NVIDIA/nvidia-container-toolkit#69',
    smi: always('Unable to determine the device handle for GPU0000:65:00.0: Unknown Error\n', 255),
    files: inContainer,
    isHealthy: false,
    mustSay: fault(/not fully given to it \(start it with --gpus all\)/),
  },
  {
    title: 'WSL blocks the card',
    source: 'microsoft/WSL#9938, #14339',
    smi: always(
      'Failed to initialize NVML: GPU access blocked by the operating system\nFailed to properly shut down NVML: GPU access blocked by the operating system\n',
      255,
    ),
    files: inWsl,
    isHealthy: false,
    mustSay: fault(/driver in Windows.*wsl --update/, { not: /modprobe|--gpus/ }),
  },
  {
    title: 'no right to the devices',
    source: 'gpuopenanalytics/pynvml#19; text of NVML',
    smi: always('Failed to initialize NVML: Insufficient Permissions\n', 4),
    isHealthy: false,
    mustSay: fault(/\/dev\/nvidia\*/, { not: /dmesg|reboot|install/ }),
  },
  {
    title: 'the only card was not given to the container',
    source: 'real 550.163.01 returning no permission',
    smi: always('Unable to determine the device handle for gpu 0: Insufficient Permissions\n', 4),
    files: inContainer,
    isHealthy: false,
    mustSay: fault(/not given to the container.*--gpus all/, { not: /fell off|reboot/ }),
  },
  {
    title: 'no driver in a container',
    source: 'real 550.163.01 without a driver',
    smi: always("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n", 9),
    files: inContainer,
    isHealthy: false,
    mustSay: fault(/^start the container with --gpus all/, { not: /dkms/ }),
  },
  {
    title: 'no driver on a host',
    source: 'real 550.163.01 without a driver',
    smi: always("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n", 9),
    isHealthy: false,
    mustSay: fault(/sudo modprobe nvidia.*Secure Boot/, { not: /--gpus/ }),
  },
  {
    title: 'all of nvidia-smi requires a reset',
    source: 'leptonai/gpud#1133; text of NVML',
    smi: always('Failed to initialize NVML: GPU requires reset\n', 255),
    isHealthy: false,
    mustSay: fault(/nvidia-smi -r.*power the server off/),
  },
]
