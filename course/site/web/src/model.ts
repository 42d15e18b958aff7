// The JSON that the build writes for exercises, memos and quizzes.

export interface TextCell {
  kind: "text";
  html: string;
}

export interface GivenCell {
  kind: "given";
  id: string;
  code: string;
}

export interface KnownWrong {
  id: string;
  fingerprint: unknown;
  html: string;
}

export interface TaskCell {
  kind: "task";
  id: string;
  points: number;
  html: string;
  grade_id: string;
  stub: string;
  check: string;
  /** Given code that shows what the answer leads to; empty if there is none. */
  after?: string;
  hints: string[];
  right: unknown;
  wrong: KnownWrong[];
  solution: string | null;
}

export type Cell = TextCell | GivenCell | TaskCell;

export interface Exercise {
  topic: string;
  title: string;
  notebook: string;
  tables: string[];
  cells: Cell[];
}

export interface Criterion {
  id: string;
  name: string;
  /** What a text does at 0, 1, 2 and 3 points. */
  levels: string[];
}

export interface Memo {
  kind: "memo";
  id: string;
  grade_id: string;
  title: string;
  notebook: string;
  words: number;
  points: number;
  html: string;
  rubric: Criterion[];
}

export interface Option {
  id: string;
  html: string;
  right: boolean;
  feedback: string;
}

export interface NumericFeedback {
  right: string;
  wrong: string;
  known?: { value: number; tolerance: number; html: string }[];
}

export type QuizItem =
  | { id: string; type: "single" | "multiple"; stem: string; options: Option[] }
  | {
      id: string;
      type: "numeric";
      stem: string;
      value: number;
      tolerance: number;
      unit?: string;
      feedback: NumericFeedback;
    };

export interface Quiz {
  topic: string;
  items: QuizItem[];
}
