import { encodeSizeSample, parseSizeSample } from '../plan/size-sample.ts'
import type { SizeSample } from '../plan/size-sample.ts'
import { controlPath } from './root.ts'
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

function samplePath(root: Root, id: string): string {
  return controlPath(root, 'leases', `${id}.size`)
}
