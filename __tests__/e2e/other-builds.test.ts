import { expect, test } from '@jest/globals'
import { smallProject } from '../fixtures/small-project.ts'
import { needs } from './capabilities.ts'
import { GuardedHost } from './guard.ts'
import { pullRequest } from './runner/events.ts'
import type { JobResult } from './runner/job-result.ts'
import type { StepRequest } from './runner/request.ts'
import { Runner } from './runner/runner.ts'
import { useScene } from './use-scene.ts'

const scene = useScene()

const GIT = 'git -c user.name=t -c user.email=t@example.com'
const COMMIT = `
  cargo generate-lockfile --offline
  git init --quiet --initial-branch main && git add --all
  ${GIT} commit --quiet --message first
  git switch --quiet --create feature
  echo 'fn main() { println!("feature") }' > src/main.rs
  ${GIT} commit --quiet --all --message second
  git switch --quiet main`

/** A runner that keeps its workspace, and a repository with two branches. */
class Jobs {
  readonly host = new GuardedHost(scene())
  readonly runner = Runner.install(scene()).start()
  readonly repository: string
  #run = 100

  private constructor(repository: string) {
    this.repository = repository
  }

  static async make(): Promise<Jobs> {
    const { directory } = smallProject(scene().directory('repository'))
    await scene().must('bash', ['-c', COMMIT], { cwd: directory })
    return new Jobs(directory)
  }

  get guard(): StepRequest {
    return this.host.step({ id: 'guard' })
  }

  checkOut(branch: string): StepRequest {
    const run = `[ -d .git ] || git clone --quiet ${this.repository} .; git checkout --quiet --force ${branch}`
    return { name: 'checkout', run }
  }

  async job(...steps: StepRequest[]): Promise<JobResult> {
    const runId = String((this.#run += 1))
    const result = await this.runner.job({ event: pullRequest(), runId, steps }).result
    if (result.conclusion !== 'success') throw new Error(String(result))
    return result
  }
}

needs('root', 'cargo').describe('beside a slot', () => {
  test('another target directory of the checkout meets no old times when the job has ended', async () => {
    const jobs = await Jobs.make()
    const target = `${scene().directory('kept')}/target`
    const outside = `cargo build --quiet --offline --target-dir ${target} && ${target}/debug/small`
    const build = { name: 'build', run: 'cargo build --quiet --offline && git status --short' }
    await jobs.job(jobs.checkOut('main'), jobs.guard, build)
    const before = await jobs.job(jobs.checkOut('feature'), { name: 'outside', run: outside })
    expect(before.step('outside').stdout).toBe('feature\n')
    // The slot’s build of main is older than that one of feature.
    const warm = await jobs.job(jobs.checkOut('main'), jobs.guard, build)
    expect(warm.step('guard').outputs['seed']).toBe('inherit')
    const after = await jobs.job(jobs.checkOut('main'), { name: 'outside', run: outside })
    expect(after.step('outside').stdout).toBe('hello from small\n')
    expect(warm.step('Post guard').stdout).toMatch(/times: \d+ restored input\(s\) get now/)
  })

  // Of a sub-folder Cargo reads it where a step goes there.
  test.each(['.', 'below'])(
    'a build-dir, set in %s, that another branch was built in meets no old times',
    async (folder) => {
      const jobs = await Jobs.make()
      const buildDir = scene().directory('build-dir')
      const config = `mkdir -p .cargo && printf '[build]\\nbuild-dir = "${buildDir}"\\n' >.cargo/config.toml`
      const goThere = `mkdir -p ${folder} && cd ${folder}`
      const build = { name: 'build', run: `${goThere} && cargo build --quiet --offline` }
      const target = `${scene().directory('kept')}/target`
      const outside = {
        name: 'outside',
        run: `${goThere} && ${config} && cargo build --quiet --offline --target-dir ${target}`,
      }
      await jobs.job(jobs.checkOut('main'), jobs.guard, build)
      await jobs.job(jobs.checkOut('feature'), outside)
      const tell = { name: 'build', run: `${build.run} && "$CARGO_TARGET_DIR/debug/small"` }
      const last = await jobs.job(jobs.checkOut('main'), jobs.guard, tell)
      expect(last.step('guard').outputs['seed']).toBe('inherit')
      expect(last.step('guard').stdout).toContain('none goes back, for Cargo’s build-dir may hold')
      expect(last.step('build').stdout).toBe('hello from small\n')
    },
  )

  test('two checkouts of one project are warned of, unless they are built apart', async () => {
    const jobs = await Jobs.make()
    const clones = ['pr', 'base'].map(
      (name) => `rm -rf ${name}; git clone --quiet --branch main ${jobs.repository} ${name}`,
    )
    const checkout = { name: 'checkout', run: clones.join('\n') }
    const one = { name: 'one', run: 'cd base && cargo build --quiet --offline' }
    const shared = { name: 'two', run: 'cd pr && cargo build --quiet --offline' }
    const told = 'share one target directory'
    const together = await jobs.job(checkout, jobs.guard, one, shared)
    expect(together.step('Post guard').stdout).toContain(told)
    const apart = { name: 'two', run: `${shared.run} --target-dir "$CARGO_TARGET_DIR/pr"` }
    const alone = await jobs.job(checkout, jobs.guard, one, apart)
    expect(alone.step('Post guard').stdout).not.toContain(told)
  })
})
