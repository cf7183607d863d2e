import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { GuardedHost, slotOf } from '../__tests__/e2e/guard.ts'
import type { Job } from '../__tests__/e2e/runner/job.ts'
import type { JobResult } from '../__tests__/e2e/runner/job-result.ts'
import { Runner } from '../__tests__/e2e/runner/runner.ts'
import type { Scene } from '../__tests__/e2e/scene.ts'
import { fill, put, smallDisk } from '../__tests__/e2e/small-disk.ts'
import type { Kind } from '../__tests__/e2e/small-disk.ts'
import type { CargoProject } from '../__tests__/fixtures/cargo-project.ts'
import { say, tell, title } from './voice.ts'

const NEIGHBOURS = ['delta', 'epsilon', 'zeta']
const STALE_BYTES = 30_000_000
const LIVE_BYTES = 15_000_000

/** A keeper would make room in mid-build, before the job that is shown here. */
const UNWATCHED = { with: { keeper: 'off' } }

/** The runners of the demo that are idle by now. */
export interface Idle {
  own: Runner
  other: Runner
}

/** A job on a disk on which nothing fits any more; left out where no small disk can be mounted. */
export async function playFullDisk(
  scene: Scene,
  { own, other }: Idle,
  project: CargoProject,
): Promise<void> {
  title('a disk that is full to the last byte, with three builds that go on and two stale slots')
  const disk = await mountDisk(scene)
  if (disk === null) return
  const host = new GuardedHost(scene, path.join(disk.mount, 'targets'))
  const neighbours = await startNeighbours(scene, host)
  const stale = [await leaveEnded(host, own, '1101'), await leaveEnded(host, other, '1102')]
  say(`   ${await fillUp(scene, disk)}`)

  title('run 1103 on alpha meets it: what the guard says')
  const build = `cd ${project.directory} && cargo build --offline && "$CARGO_TARGET_DIR/debug/${project.binary}"`
  const steps = [host.step(), { name: 'cargo build', run: build }]
  const result = await own.job({ runId: '1103', steps }).result
  const short = (text: string): string => text.replaceAll(`${host.root}/`, '')
  tell(short(result.step('Pre guard').stdout))
  say(`   run 1103 (alpha): ${result.conclusion}, in ${short(slotOf(result))}`)
  tell(result.step('cargo build').stdout)

  title('what was kept, and why (target-guard explain)')
  tell(short((await host.cli(['explain'])).stdout))
  check(result, stale, neighbours)
  for (const { release } of neighbours) release()
  const ends = await Promise.all(neighbours.map(async ({ job }) => job.result))
  if (ends.some(({ conclusion }) => conclusion !== 'success')) throw new Error(ends.join('\n'))
  say(`   the ${stale.length} stale slots are gone, the neighbours’ ${ends.length} untouched,`)
  say('   and their jobs have ended well.')
}

const ROUNDS = 8

/**
 * Fills the disk until mkdir is refused; what mkdir says. What the ended jobs left to be done in the
 * background may give a block back between two rounds.
 */
async function fillUp(scene: Scene, { mount, kind }: SmallDisk): Promise<string> {
  for (let round = 1; round <= ROUNDS; round += 1) {
    const filler = path.join(mount, `filler-${round}`)
    const { exitCode, stderr } = await scene.run('mkdir', [filler])
    if (exitCode !== 0) return stderr.trim()
    await fill(scene, filler, kind)
  }
  throw new Error('the disk is not full')
}

interface SmallDisk {
  mount: string
  kind: Kind
}

/** A small ext4, or a tmpfs where there is no loop device; null, with the reason said, without either. */
async function mountDisk(scene: Scene): Promise<SmallDisk | null> {
  if (process.getuid?.() !== 0) {
    say('   left out: only root can mount a small disk')
    return null
  }
  const problems: unknown[] = []
  for (const kind of ['ext4', 'tmpfs'] as const) {
    try {
      return { mount: await smallDisk(scene, kind), kind }
    } catch (error) {
      problems.push(error)
    }
  }
  say(`   left out: no small disk can be mounted here (${problems.join('; ')})`)
  return null
}

/** A job that goes on, and what it has in its slot. */
interface Neighbour {
  job: Job
  file: string
  release: () => void
}

async function startNeighbours(scene: Scene, host: GuardedHost): Promise<Neighbour[]> {
  const open = path.join(scene.directory('gate'), 'open')
  const script = `echo "at $CARGO_TARGET_DIR"; cd "$CARGO_TARGET_DIR"; until [ -e ${open} ]; do sleep 0.2; done`
  const neighbours: Neighbour[] = []
  for (const [index, name] of NEIGHBOURS.entries()) {
    const runner = Runner.install(scene, { name }).start()
    const steps = [host.step(UNWATCHED), { name: 'work', run: script }]
    const job = runner.job({ runId: `${1111 + index}`, steps })
    const { stdout } = await job.waitForStep(/^at \/.*$/m)
    const slot = stdout.trim().slice('at '.length)
    mkdirSync(path.join(slot, 'debug'))
    put(path.join(slot, 'debug'), LIVE_BYTES)
    const file = path.join(slot, 'debug/half-built')
    writeFileSync(file, name)
    neighbours.push({ job, file, release: () => writeFileSync(open, '') })
  }
  return neighbours
}

/** A job that has ended well: its slot is kept, to be inherited, as long as there is room. */
async function leaveEnded(host: GuardedHost, runner: Runner, runId: string): Promise<string> {
  const result = await runner.job({ runId, steps: [host.step(UNWATCHED)] }).result
  put(slotOf(result), STALE_BYTES)
  return slotOf(result)
}

function check(result: JobResult, stale: readonly string[], live: readonly Neighbour[]): void {
  if (result.conclusion !== 'success') throw new Error(String(result))
  const left = stale.filter((slot) => existsSync(slot))
  if (left.length > 0) throw new Error(`stale slots are still there: ${left.join(', ')}`)
  for (const [index, { file }] of live.entries()) {
    if (readFileSync(file, 'utf8') !== NEIGHBOURS[index]) throw new Error(`${file} was touched`)
  }
}
