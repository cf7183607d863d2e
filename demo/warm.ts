import { performance } from 'node:perf_hooks'
import { GuardedHost } from '../__tests__/e2e/guard.ts'
import { pullRequest } from '../__tests__/e2e/runner/events.ts'
import type { Runner } from '../__tests__/e2e/runner/runner.ts'
import type { Scene } from '../__tests__/e2e/scene.ts'
import { fetchDependencies } from '../__tests__/fixtures/cargo-project.ts'
import { registryProject } from '../__tests__/fixtures/registry-project.ts'
import { say, title } from './voice.ts'

const COMMIT = 'git add --all && git -c user.name=demo -c user.email=demo@localhost commit -qm'

/** One push to the pull request. */
interface Push {
  what: string
  runner: Runner
  /** shell commands in the repository */
  edit: string
}

/**
 * Push, push, push on one pull request, each with a fresh clone: the second build, on another runner,
 * compiles nothing, and the third what was changed.
 *
 * @throws Error where a later build is not warm
 */
export async function playWarm(
  scene: Scene,
  { one, other }: { one: Runner; other: Runner },
): Promise<void> {
  const host = new GuardedHost(scene)
  const project = registryProject(scene.directory('repository'))
  fetchDependencies(project)
  const inRepository = async (commands: string): Promise<unknown> =>
    scene.must('bash', ['-ec', commands], { cwd: project.directory })
  await inRepository(`git init -q && ${COMMIT} first`)
  title('push, push, push on PR 9, each with a fresh clone, the second on another runner')
  const pushes: Push[] = [
    { what: 'first push', runner: one, edit: 'true' },
    { what: 'nothing changed', runner: other, edit: 'true' },
    {
      what: 'one file changed',
      runner: one,
      edit: `echo '// changed' >> src/main.rs && ${COMMIT} changed`,
    },
  ]
  let run = 3000
  for (const { what, runner, edit } of pushes) {
    await inRepository(edit)
    const startedMs = performance.now()
    const result = await runner.job({
      event: pullRequest({ number: 9 }),
      runId: String((run += 1)),
      env: { CARGO_INCREMENTAL: '0' },
      steps: [
        { name: 'checkout', run: `rm -rf ./* .git; git clone -q ${project.directory} .` },
        host.step({ id: 'guard' }),
        { name: 'build', run: 'cargo build --offline' },
      ],
    }).result
    if (result.conclusion !== 'success') throw new Error(String(result))
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
    const compiled = result.step('build').stderr.match(/Compiling/g)?.length ?? 0
    const { seed = '' } = result.step('guard').outputs
    say(
      `   run ${run} (${runner.name}), ${what}: seed ${seed}, ${compiled} crates compiled, ${seconds} s`,
    )
    const expected = { 'first push': 'cold' }[what] ?? 'inherit'
    if (seed !== expected) throw new Error(`seed is ${seed}, not ${expected}:\n${String(result)}`)
  }
}
