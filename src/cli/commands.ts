import type { Command } from './command.ts'
import { alertCommand } from './commands/alert.ts'
import { capCommand } from './commands/cap.ts'
import { cloneCommand } from './commands/clone.ts'
import { doctorCommand } from './commands/doctor.ts'
import { explainCommand } from './commands/explain.ts'
import { hookCommand } from './commands/hook.ts'
import { installHooksCommand } from './commands/install-hooks.ts'
import { installTimerCommand } from './commands/install-timer.ts'
import { keepCommand } from './commands/keep.ts'
import { reapCommand } from './commands/reap.ts'
import { runCommand } from './commands/run.ts'
import { statusCommand } from './commands/status.ts'
import { sweepCommand } from './commands/sweep.ts'
import { worktreesCommand } from './commands/worktrees.ts'

/** Every command, in the order of the overview. */
export const COMMANDS: readonly Command[] = [
  hookCommand,
  installHooksCommand,
  installTimerCommand,
  sweepCommand,
  statusCommand,
  capCommand,
  explainCommand,
  cloneCommand,
  keepCommand,
  reapCommand,
  runCommand,
  worktreesCommand,
  doctorCommand,
  alertCommand,
]
