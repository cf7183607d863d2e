import { carryOut } from './steps/carry-out.ts'

await carryOut(process.argv[2] ?? '')
