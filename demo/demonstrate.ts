import * as path from 'node:path'
import { GuardedHost, slotOf } from '../__tests__/e2e/guard.ts'
import { pullRequest, push } from '../__tests__/e2e/runner/events.ts'
import type { Job } from '../__tests__/e2e/runner/job.ts'
import type { JobResult } from '../__tests__/e2e/runner/job-result.ts'
import type { StepRequest } from '../__tests__/e2e/runner/request.ts'
import { Runner } from '../__tests__/e2e/runner/runner.ts'
import { Scene } from '../__tests__/e2e/scene.ts'
import { waitFor } from '../__tests__/e2e/wait-for.ts'
import { fetchDependencies } from '../__tests__/fixtures/cargo-project.ts'
import { Gate } from '../__tests__/fixtures/gate.ts'
import { registryProject } from '../__tests__/fixtures/registry-project.ts'
import type { CargoProject } from '../__tests__/fixtures/cargo-project.ts'
import { smallProject } from '../__tests__/fixtures/small-project.ts'
import { playFullDisk } from './full-disk.ts'
import { say, tell, title } from './voice.ts'
import { playWarm } from './warm.ts'

const PR = pullRequest({ number: 7 })

/** The scene of three runners on one host; clean-up follows whatever happens, Ctrl-C as well. */
export async function demonstrate(): Promise<void> {
  const scene = new Scene()
  let ending: Promise<void> | null = null
  const end = async (): Promise<void> => (ending ??= scene.end())
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void end().finally(() => process.exit(1))
    })
  }
  try {
    const demo = new Demo(scene)
    await play(demo)
    const { alpha, beta } = demo.runners
    await playWarm(scene, { one: alpha, other: beta })
    await playFullDisk(scene, { own: alpha, other: beta }, demo.project)
  } finally {
    await end()
  }
}

/** The host, its runners and its projects. */
class Demo {
  readonly host: GuardedHost
  readonly gate: Gate
  readonly runners: { alpha: Runner; beta: Runner; gamma: Runner }
  readonly project: CargoProject
  readonly neighbour: string

  constructor(scene: Scene) {
    this.host = new GuardedHost(scene)
    this.gate = new Gate(scene.directory('gate'))
    const runner = (name: string): Runner => Runner.install(scene, { name }).start()
    this.runners = { alpha: runner('alpha'), beta: runner('beta'), gamma: runner('gamma') }
    this.project = smallProject(scene.directory('project'))
    const neighbour = registryProject(scene.directory('neighbour'))
    fetchDependencies(neighbour)
    this.neighbour = neighbour.directory
  }

  /** The steps of a job of PR 7: target-guard, then cargo. */
  build(): StepRequest[] {
    return [
      this.host.step(),
      { name: 'cargo build', run: `cd ${this.project.directory}; cargo build --offline` },
    ]
  }

  /** A slot or a line of the guard, with the root's path left out. */
  short(text: string): string {
    return text.replaceAll(`${this.host.root}/`, '')
  }

  /** What the guard said in a step, indented. */
  tell(result: JobResult, step: string): void {
    tell(this.short(result.step(step).stdout))
  }

  conclude(name: string, result: JobResult): void {
    say(`   ${name}: ${result.conclusion}, in ${this.short(slotOf(result))}`)
  }

  /** Waits until so many builds have come to the gate, in mid-build. */
  async atGate(count: number): Promise<void> {
    await waitFor(() => this.gate.reached().length >= count, {
      what: 'a build to come half-way',
      deadlineMs: 120_000,
    })
  }
}

async function play(demo: Demo): Promise<void> {
  const { host, gate, runners } = demo
  say(`One host, one disk, three runners: alpha, beta, gamma. The root is ${host.root}`)

  title('gamma, a neighbour of another repository, builds all the while (serde, regex, libc)')
  const rounds = 'for round in 1 2 3; do cargo clean -q; cargo build --offline || exit 1; done'
  const neighbour = runners.gamma.job({
    repository: 'octo-org/neighbour',
    event: push('main'),
    runId: '500',
    steps: [host.step(), { name: 'cargo build', run: `cd ${demo.neighbour}; ${rounds}` }],
  })

  title('alpha builds PR 7, run 1001; a push starts run 1002 on beta while it does')
  const first = runners.alpha.job({
    event: PR,
    runId: '1001',
    env: gate.environment,
    steps: demo.build(),
  })
  await demo.atGate(1)
  const second = runners.beta.job({ event: PR, runId: '1002', steps: demo.build() })

  title(
    'run 1001 is cancelled in mid-build: SIGINT, 7.5 s, SIGTERM, 2.5 s, SIGKILL; cargo survives',
  )
  const cancelled = await cancel(first)
  const overlapping = await second.result
  demo.conclude('run 1001 (alpha)', cancelled)
  say('   what post said, while the cancelled cargo still lived in the slot:')
  demo.tell(cancelled, 'Post guard')
  demo.conclude('run 1002 (beta) ', overlapping)

  title('run 1003 on alpha: its pre takes what run 1001 left, now that nobody lives in it')
  const third = await runners.alpha.job({ event: PR, runId: '1003', steps: demo.build() }).result
  demo.tell(third, 'Pre guard')
  demo.conclude('run 1003 (alpha)', third)

  title('beta is killed outright in the middle of run 1004; its cargo builds on as an orphan')
  const doomed = runners.beta.job({
    event: PR,
    runId: '1004',
    env: gate.environment,
    steps: demo.build(),
  })
  await demo.atGate(2)
  await doomed.killWorker()
  const lost = await doomed.result
  demo.conclude('run 1004 (beta) ', lost)

  title('beta comes back with run 1005: the orphan’s slot is kept, and the pass says why')
  const fifth = await runners.beta.job({ event: PR, runId: '1005', steps: demo.build() }).result
  demo.tell(fifth, 'Pre guard')
  demo.conclude('run 1005 (beta) ', fifth)

  title('the orphan ends; a sweep of the host takes its slot')
  gate.open()
  await sweepUntilGone(demo, slotOf(lost))

  title('gamma has built through all of it')
  const built = await neighbour.result
  demo.conclude('run 500 (gamma) ', built)

  title('what is on the disk now (target-guard status)')
  say(demo.short((await host.cli(['status'])).stdout))
  check([overlapping, third, fifth, built], [cancelled, lost])
}

/** Cancels as a user does, with the runner’s own waits. */
async function cancel(job: Job): Promise<JobResult> {
  job.cancel()
  return job.result
}

async function sweepUntilGone(demo: Demo, slot: string): Promise<void> {
  const output = await waitFor(
    async () => {
      const { stdout } = await demo.host.cli(['sweep'])
      return demo.host.slots().includes(slot) ? null : stdout
    },
    { what: 'the sweep to take the slot', everyMs: 500, deadlineMs: 60_000 },
  )
  for (const line of output.trim().split('\n')) say(`   ${demo.short(line)}`)
}

/** The demo fails when a job did not end as it should, or two of them shared a slot. */
function check(good: readonly JobResult[], ended: readonly JobResult[]): void {
  const slots = [...good, ...ended].map(slotOf)
  const failed = good.filter((result) => result.conclusion !== 'success')
  for (const result of failed) say(String(result))
  if (failed.length > 0) throw new Error(`${failed.length} job(s) failed that should have built`)
  if (new Set(slots).size < slots.length) throw new Error('two jobs shared a slot')
  const names = slots.map((slot) => path.basename(slot)).length
  say(`${names} jobs, ${new Set(slots).size} slots, no build harmed, no directory in use deleted.`)
}
