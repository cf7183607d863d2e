import { GuardError, messageOf } from '../plan/guard-error.ts'
import type { Result } from '../plan/lease.ts'
import type { Settings } from '../plan/settings.ts'
import type { WatchEvent } from '../plan/watch-event.ts'
import { endKeeper } from '../host/keeper.ts'
import { findLease } from '../host/leases.ts'
import type { Root } from '../host/root.ts'
import { readWatchLog } from '../host/watch-log.ts'
import { addSummary } from '../github/workflow-commands.ts'
import { verdictText } from '../report/verdict.ts'
import { printable } from '../report/voice.ts'
import { alert } from './alert.ts'
import { Growers } from './growers.ts'
import { look } from './guard-disk.ts'
import { REFUSED_TITLE } from './refuse.ts'
import type { Runtime } from './runtime.ts'

export interface WatchedJob {
  root: Root
  settings: Settings
  /** ids of the job’s leases, which are about to end */
  leases: readonly string[]
  result: Result
}

/** Ends the keepers of a job; what they saw of the disk, in words, '' where all was well. */
export async function endWatch(watched: WatchedJob, runtime: Runtime): Promise<string> {
  const { root, settings, leases, result } = watched
  for (const id of leases) await endOne(root, id, runtime)
  const events = leases.flatMap((id) => readWatchLog(root, id))
  if (events.length > 0) return verdictText(events, leases)
  // A disk may be full within less than the two seconds that a keeper lets pass.
  const last = result === 'failure' ? await lookOnce(root, settings, runtime) : []
  return verdictText(last, leases)
}

async function endOne(root: Root, id: string, { voice }: Runtime): Promise<void> {
  if (findLease(root, id)?.state !== 'live') return
  try {
    if ((await endKeeper(root, id)) !== 'gone') return
    voice.warning(
      'The keeper of this job ended before the job did (killed, or out of memory); the disk was not watched to the end.',
    )
  } catch (error) {
    voice.warning(`The keeper of this job was not ended (${messageOf(error)}); it ends by itself.`)
  }
}

/** The disk as it is at the end of a failed job, as a keeper would have noted it. */
async function lookOnce(root: Root, settings: Settings, runtime: Runtime): Promise<WatchEvent[]> {
  const disk = (await look({ root, settings }, runtime)).find((each) => each.reading.holdsRoot)
  if (disk?.level !== 'critical') return []
  const atMs = Date.now()
  const followed = new Growers(root)
  followed.look()
  const growers = followed.fastest()
  const critical: WatchEvent = { kind: 'critical', atMs, path: disk.reading.path, why: disk.why }
  return growers.length === 0 ? [critical] : [critical, { kind: 'growth', atMs, growers }]
}

/** Tells a job, its summary and the webhook that the disk was critical while it ran. */
export async function tellVerdict(
  { root, settings, result }: WatchedJob,
  verdict: string,
  runtime: Runtime,
): Promise<void> {
  if (verdict === '') return
  const { voice, environment } = runtime
  if (result === 'failure') voice.error(verdict, REFUSED_TITLE)
  else voice.warning(verdict, REFUSED_TITLE)
  try {
    addSummary(environment, `### ${REFUSED_TITLE}\n\n${asMarkdown(verdict)}\n`)
  } catch (error) {
    // A summary is for people to read; no job fails for the lack of one.
    if (!(error instanceof GuardError)) throw error
    voice.info(messageOf(error))
  }
  await alert(root, settings, { kind: 'critical', text: verdict }, runtime)
}

/** Text of others as inert Markdown: a code block of one line, which it cannot close. */
function asMarkdown(text: string): string {
  return `    ${printable(text)}`
}
