/**
 * Whether what lies there now is what units were built from, as far as times tell.
 *
 * It is not proven where it was changed (ctime, which nobody can set) after a unit began, and bears
 * an mtime from before: the unit read something else, and Cargo would call it fresh. What bears a
 * later mtime than the unit is no concern: Cargo builds that unit again.
 *
 * @param starts when units began that read it, ascending
 */
export function isProven(
  { mtimeNs, ctimeNs }: { mtimeNs: bigint; ctimeNs: bigint },
  starts: readonly bigint[],
): boolean {
  const next = starts[firstFrom(starts, mtimeNs)]
  return next === undefined || next > ctimeNs
}

/** The place of the first that is not smaller. */
function firstFrom(ascending: readonly bigint[], least: bigint): number {
  let [low, high] = [0, ascending.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ascending[middle] ?? least) < least) low = middle + 1
    else high = middle
  }
  return low
}
