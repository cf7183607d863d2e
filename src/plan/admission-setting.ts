/** Whether a job waits until the disk has room for it. */
export interface AdmissionSetting {
  mode: Admission
  timeoutMinutes: number
  /** null for the forecast from history */
  forecastBytes: number | null
  /** kept free; null for the default, which depends on the disk */
  reserveBytes: number | null
}

export const ADMISSION = ['wait', 'warn', 'off'] as const
export type Admission = (typeof ADMISSION)[number]

const DEFAULT_RESERVE_BYTES = 5e9
const DEFAULT_SHARE = 0.1

/** What admission and the cap keep free: by default 5 GB, and on a small disk a tenth of it. */
export function reserveOf(setBytes: number | null, totalBytes: number): number {
  return setBytes ?? Math.min(DEFAULT_RESERVE_BYTES, DEFAULT_SHARE * totalBytes)
}
