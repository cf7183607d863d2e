import { existsSync, realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { environmentTwin } from '../plan/input.ts'
import { UNIT, serviceUnit, timerUnit, variableLine } from '../plan/timer-units.ts'
import { GuardError, errnoOf, messageOf } from '../plan/guard-error.ts'
import { MARKER } from '../host/root-refusal.ts'
import { UNIT_FOLDER, isSystemdRunning, removeUnit, systemctl, writeUnit } from '../host/timer.ts'

/** What install-timer is asked to do. */
export interface TimerRequest {
  /** where the units go, null for systemd's own folder */
  folder: string | null
  /** who sweeps, null for root, who sees every process and deletes what containers leave */
  user: string | null
  remove: boolean
  /** what is to be swept */
  root: string
  /** whether the sweep looks after worktrees, too, which need no root */
  isWatching: boolean
  /** settings of the sweep, as flags */
  flags: readonly string[]
  /** a secret: it goes to a file of root's own; null for none */
  alertWebhook: string | null
}

/** What was done, a line each. */
export type TimerLines = string[]

/** What belongs to the service, for root's eyes. */
const VARIABLES = `${UNIT}.env`

/**
 * Writes the service and the timer that run `sweep`, and starts the timer where systemd runs this
 * host; or takes both away.
 *
 * @param node absolute path of the node to run it with
 * @param tool absolute path of dist/cli/index.js
 * @throws GuardError where the user is no name, the folder cannot be written or systemd refuses
 */
export function installTimer(request: TimerRequest, node: string, tool: string): TimerLines {
  const { user } = request
  if (user !== null && !/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}$/.test(user)) {
    throw new GuardError(
      `--user is ${JSON.stringify(user)}.`,
      'It takes the name of a user of this host.',
      { usage: true },
    )
  }
  const folder = resolve(request.folder ?? UNIT_FOLDER)
  const isLive = request.folder === null && isSystemdRunning()
  try {
    return request.remove ? remove(folder, isLive) : install(request, folder, isLive, node, tool)
  } catch (error) {
    if (!['EACCES', 'ENOENT', 'ENOTDIR', 'EPERM', 'EROFS'].includes(errnoOf(error))) throw error
    throw new GuardError(
      `The units in ${folder} cannot be changed (${messageOf(error)}).`,
      'Run it as root, or have them written elsewhere with --units DIR.',
      { cause: error },
    )
  }
}

function install(
  { user, root, isWatching, flags, alertWebhook, folder: chosen }: TimerRequest,
  folder: string,
  isLive: boolean,
  node: string,
  tool: string,
): TimerLines {
  const variables = alertWebhook === null ? null : `${folder}/${VARIABLES}`
  const marker = `${root}/${MARKER}`
  const units = {
    node: realpathSync(node),
    tool: realpathSync(tool),
    flags,
    condition: isWatching ? null : marker,
    user,
    variables,
  }
  const write = (name: string, text: string, mode?: number): string =>
    `${writeUnit(folder, name, text, mode) ? 'written' : 'unchanged'}: ${folder}/${name}`
  const lines = [
    ...writeVariables(alertWebhook, folder, write),
    write(`${UNIT}.service`, serviceUnit(units)),
    write(`${UNIT}.timer`, timerUnit()),
    ...(existsSync(marker)
      ? []
      : [
          `There is no root at ${root} yet: the first job makes it, and until then nothing is swept there.`,
        ]),
  ]
  if (!isLive) {
    const known =
      chosen === null
        ? `systemctl daemon-reload && systemctl enable --now ${UNIT}.timer`
        : `systemctl link ${folder}/${UNIT}.service && systemctl enable --now ${folder}/${UNIT}.timer`
    return [...lines, `To start it: ${known}`]
  }
  must(['daemon-reload'])
  must(['enable', '--now', `${UNIT}.timer`])
  return [...lines, `started: ${UNIT}.timer`]
}

function writeVariables(
  alertWebhook: string | null,
  folder: string,
  write: (name: string, text: string, mode: number) => string,
): TimerLines {
  if (alertWebhook !== null) {
    return [write(VARIABLES, variableLine(environmentTwin('alert-webhook'), alertWebhook), 0o600)]
  }
  return removeUnit(folder, VARIABLES) ? [`removed: ${folder}/${VARIABLES}`] : []
}

function remove(folder: string, isLive: boolean): TimerLines {
  if (isLive) systemctl('disable', '--now', `${UNIT}.timer`)
  const lines = ['timer', 'service'].map((ending) => {
    const done = removeUnit(folder, `${UNIT}.${ending}`) ? 'removed' : 'absent'
    return `${done}: ${folder}/${UNIT}.${ending}`
  })
  if (removeUnit(folder, VARIABLES)) lines.push(`removed: ${folder}/${VARIABLES}`)
  if (isLive) must(['daemon-reload'])
  return lines
}

function must(words: string[]): void {
  const problem = systemctl(...words)
  if (problem === null) return
  throw new GuardError(`systemctl ${words.join(' ')} failed (${problem}).`, 'Run it by hand.')
}
