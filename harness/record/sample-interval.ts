/** Time in ms between two power samples of the card: nvidia-smi is asked this often unless a caller says otherwise. */
export const SAMPLE_INTERVAL_MS = 200
