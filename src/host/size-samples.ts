import { lstatSync } from 'node:fs'
import { isNoSpace } from '../plan/guard-error.ts'
import { encodeSizeSample, handedDown, parseSizeSample } from '../plan/size-sample.ts'
import type { SizeSample } from '../plan/size-sample.ts'
import { leasePath } from './lease-companions.ts'
import type { Root } from './root.ts'
import { readTextOrNull, replaceFile } from './small-file.ts'

/** The newest sample of a lease’s slot; null where there is none. */
export function readSizeSample(root: Root, id: string): SizeSample | null {
  const text = readTextOrNull(samplePath(root, id))
  return text === null ? null : parseSizeSample(text)
}

/** Replaces the sample of a lease’s slot, whole. */
export function writeSizeSample(root: Root, id: string, sample: SizeSample): void {
  replaceFile(samplePath(root, id), encodeSizeSample(sample))
}

/**
 * Has the last known size of a slot go along with its content to another lease; on a full disk it is
 * measured again.
 *
 * @param uptimeMs now, in milliseconds since boot
 */
export function handDownSize(root: Root, from: string, to: string, uptimeMs: number): void {
  const sample = readSizeSample(root, from)
  if (sample === null) return
  try {
    writeSizeSample(root, to, handedDown(sample, uptimeMs))
  } catch (error) {
    if (!isNoSpace(error)) throw error
  }
}

/** Whether a slot was measured after it was seeded; by the times of the two notes. */
export function isSampledSinceSeed(root: Root, id: string): boolean {
  const seed = lstatSync(leasePath(root, `${id}.seed`), { throwIfNoEntry: false })
  const sample = lstatSync(samplePath(root, id), { throwIfNoEntry: false })
  return sample !== undefined && sample.mtimeMs >= (seed?.mtimeMs ?? 0)
}

function samplePath(root: Root, id: string): string {
  return leasePath(root, `${id}.size`)
}
