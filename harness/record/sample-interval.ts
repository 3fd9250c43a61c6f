/** Default time in ms between two power samples of nvidia-smi. */
export const SAMPLE_INTERVAL_MS = 200
