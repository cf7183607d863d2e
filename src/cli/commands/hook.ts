import { GuardError } from '../../plan/guard-error.ts'
import { hookCompleted, hookStarted } from '../../steps/hook.ts'
import { runHook } from '../../steps/run-step.ts'
import { workflowRuntime } from '../../steps/runtime.ts'
import type { Command } from '../command.ts'

export const hookCommand: Command = {
  name: 'hook',
  summary: 'what a runner’s hook scripts call',
  about: `job-started gives the job a slot and exports CARGO_TARGET_DIR to all its steps; job-completed
ends it. Settings come from the environment. A hook never fails its job: whatever goes wrong is an
error annotation and exit code 0; only a job whose disk is critical, or that had to
wait for room in vain, is turned away, by exit code 75.`,
  operands: 'job-started|job-completed',
  operandCount: { least: 1, most: 1 },
  flags: [],
  run: async ({ operands, runtime, out }) => {
    const event = operands[0]
    const hooks = { 'job-started': hookStarted, 'job-completed': hookCompleted }
    if (event !== 'job-started' && event !== 'job-completed') {
      throw new GuardError(
        `There is no hook “${event ?? ''}”.`,
        'Use job-started or job-completed.',
        {
          usage: true,
        },
      )
    }
    const { environment, script } = runtime
    return runHook(hooks[event], workflowRuntime(environment, script, out))
  },
}
