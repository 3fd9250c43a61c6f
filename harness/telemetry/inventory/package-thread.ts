import { parentPort } from 'node:worker_threads'
import readThroughPackage from 'node-nvidia-smi'

/** Runs node-nvidia-smi once and posts its document, or null where it failed. See package-reader.ts. */
readThroughPackage((error, document) => parentPort?.postMessage(error ? null : document))
