import type { SizeSample } from './size-sample.ts'

/** The size of a slot at one time. */
export type SizeAt = Pick<SizeSample, 'bytes' | 'uptimeMs'>

/** How a slot grew of late. */
export interface Growth {
  grewBytes: number
  /** what it holds now */
  bytes: number
  /** in how many seconds it grew by that */
  seconds: number
}

/** “Of late”: what happened before is not what filled the disk. */
const WINDOW_MS = 10 * 60_000

/** The sizes with one more, without those that are no longer needed. */
export function remember(sizes: readonly SizeAt[], next: SizeAt): SizeAt[] {
  const last = sizes.at(-1)
  if (last !== undefined && next.uptimeMs <= last.uptimeMs) return [...sizes]
  const since = next.uptimeMs - WINDOW_MS
  // The newest of those before the window is where the window begins.
  const from = Math.max(
    0,
    sizes.findLastIndex((each) => each.uptimeMs <= since),
  )
  return [...sizes.slice(from), { bytes: next.bytes, uptimeMs: next.uptimeMs }]
}

/** How a slot grew, from the oldest to the newest of its sizes; null where there are not two. */
export function growthOf(sizes: readonly SizeAt[]): Growth | null {
  const [first, last] = [sizes.at(0), sizes.at(-1)]
  if (first === undefined || last === undefined || last.uptimeMs <= first.uptimeMs) return null
  return {
    grewBytes: last.bytes - first.bytes,
    bytes: last.bytes,
    seconds: (last.uptimeMs - first.uptimeMs) / 1000,
  }
}

/** Those that grew at all, the fastest first. */
export function byRate<Grower extends Growth>(growers: readonly Grower[]): Grower[] {
  const rate = ({ grewBytes, seconds }: Grower): number => grewBytes / seconds
  return growers
    .filter(({ grewBytes }) => grewBytes > 0)
    .toSorted((one, other) => rate(other) - rate(one))
}
