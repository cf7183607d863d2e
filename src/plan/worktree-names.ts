/** A target dir that was put aside to be deleted, beside its former place; the end of a path. */
export const LEFTOVER = /\/\.target-guard-removed-[0-9a-f]{12}$/

/** @param id twelve hexadecimal digits */
export function leftoverName(id: string): string {
  return `.target-guard-removed-${id}`
}

/** A worktree that was put aside to be removed, with its former name at the end. */
const LEAVING = /^\.target-guard-leaving-[0-9a-f]{12}-(.+)$/s

export function leavingName(id: string, name: string): string {
  return `.target-guard-leaving-${id}-${name}`
}

/** The name of a worktree before it was put aside; null where it was not. */
export function nameBefore(name: string): string | null {
  return LEAVING.exec(name)?.[1] ?? null
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
