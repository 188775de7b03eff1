export { createJudge, type Judge, type JudgeParts, type Verdict } from './judge';
