/** A target dir that was put aside to be deleted, beside its former place; the end of a path. */
export const LEFTOVER = /\/\.target-guard-removed-[0-9a-f]{12}$/

/** @param id twelve hexadecimal digits */
export function leftoverName(id: string): string {
  return `.target-guard-removed-${id}`
}

/**
 * A worktree that was put aside to be removed, beside its former place. The name alone proves
 * nothing: only one that a note of its own names by this id is such a one.
 *
 * @param id twelve hexadecimal digits
 */
export function leavingName(id: string): string {
  return `.target-guard-leaving-${id}`
}

/** The ref that keeps un-pushed commits of a worktree that goes. */
export function recoveryRef(branch: string | null, stamp: string, index: number): string {
  const more = index === 0 ? '' : `-${index + 1}`
  return `refs/target-guard/recovery/${branch ?? 'detached'}-${stamp}${more}`
}

/** A moment as a part of a ref’s name: `20260131T235959Z`. */
export function stampOf(nowMs: number): string {
  return new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '')
}
