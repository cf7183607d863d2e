import { environmentTwin } from '../plan/input.ts'

/** One flag; `value` names what it takes, null for a switch. */
export interface Flag {
  name: string
  value: string | null
  about: string
  /** whether it is one of the action's inputs, with an environment twin */
  setting: boolean
}

export function flag(name: string, value: string | null, about: string): Flag {
  return { name, value, about, setting: false }
}

function setting(name: string, value: string | null, about: string): Flag {
  return { name, value, about: `${about} (${environmentTwin(name)})`, setting: true }
}

export const JSON_FLAG = flag('json', null, 'print JSON')

export const ROOT = setting('root', 'DIR', 'the root; default ~/.cache/target-guard')
export const OWNER = setting('owner', 'UID:GID', 'who builds; default the runner’s user')
export const DRY_RUN = setting('dry-run', null, 'say what would be done, and delete nothing')

/** How long ended slots are kept, and how many. */
export const RETENTION = [
  setting('retention-hours', 'N', 'how long ended slots are kept; default 24'),
  setting('keep-per-pr', 'N', 'how many ended slots are kept for a job and PR; default 1'),
]

export const SNAPSHOTS = setting('snapshot-max-gb', 'N', 'budget for all snapshots; default 50')

export const RESERVE = setting(
  'reserve-gb',
  'N',
  'kept free; default 5, at most a tenth of the disk',
)

/** Whether and how long to wait for room. */
export const ADMISSION = [
  setting('admission', 'WHAT', 'wait, warn or off while there is no room; default wait'),
  setting('admission-timeout-minutes', 'N', 'how long to wait; default 15'),
  setting('forecast-gb', 'N', 'what will be written; default from history'),
]

export const WARM = setting('warm', 'HOW', 'auto, or off for an empty target dir; default auto')

export const LEG = setting('leg', 'NAME', 'keeps runs of other names and their warmth apart')

/** How root-owned leftovers go. */
export const HELP = [
  setting('privileged-helper', 'WAY', 'auto, sudo, docker or none: how root-owned leftovers go'),
  setting('helper-image', 'IMAGE', 'local image for the docker helper'),
]

/** Whose worktrees a sweep looks after, too. */
export const WORKTREES = flag(
  'worktrees',
  'DIRS',
  'also look after git worktrees there, between colons (TARGET_GUARD_WORKTREES)',
)

/** What counts as too little room. */
export const DISK = [
  setting(
    'min-free-gb',
    'N',
    'below it the disk is critical; default 3, at most a tenth of the disk',
  ),
  setting('min-free-percent', 'N', 'below it the disk is critical; default 5'),
  setting('min-free-inodes-percent', 'N', 'below it the disk is critical; default 5'),
  setting('high-watermark', 'N', 'percent used at which retention is shortened; default 85'),
  setting('low-watermark', 'N', 'percent used at which that stops; default 80'),
]

export const ON_CRITICAL = setting(
  'on-critical',
  'WHAT',
  'fail, skip or warn when the disk stays critical; default fail',
)

/** Whom to tell. */
export const ALERTS = [
  setting('alert-webhook', 'URL', 'Slack-compatible address for alerts'),
  setting('alert-hours', 'N', 'at most one alert of a kind in so many hours; default 6'),
]
