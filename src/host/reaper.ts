import { startInBackground } from './background.ts'
import type { Root } from './root.ts'

const GB = 1e9

/** Starts the reaper, and does not wait for it. */
export function startReaper(
  root: Root,
  script: string,
  settings: { privilegedHelper: string; helperImage: string | null; snapshotMaxBytes: number },
): void {
  const helper = ['--privileged-helper', settings.privilegedHelper]
  helper.push('--snapshot-max-gb', String(settings.snapshotMaxBytes / GB))
  if (settings.helperImage !== null) helper.push('--helper-image', settings.helperImage)
  startInBackground(script, ['reap', '--root', root.path, ...helper])
}
