// What the page and its Python worker say to each other.

export interface CellCode {
  id: string;
  code: string;
}

export interface RunRequest {
  exercise: string;
  tables: string[];
  /** Cells that come before: each is run unless it has been run with this very code. The cell itself starts from what
   * they left, whatever an earlier try of it did. */
  before: CellCode[];
  cell: CellCode;
}

export interface TableOutput {
  kind: "table";
  columns: string[];
  index_names: string[];
  index: string[][];
  rows: string[][];
  numeric: boolean[];
  total: number;
  total_columns: number;
}

export type Output =
  | { kind: "text"; text: string; printed?: boolean }
  | TableOutput
  | { kind: "chart"; spec: object; alt: string }
  | { kind: "image"; png: string; alt: string };

export interface PythonError {
  type: string;
  message: string;
  line: number | null;
  source: string | null;
  sentence: string;
  trace: string;
}

export interface CellResult {
  id: string;
  ok: boolean;
  outputs: Output[];
  error: PythonError | null;
}

export interface RunResult {
  before: CellResult[];
  /** null when a cell before it failed. */
  result: CellResult | null;
}

export interface CheckRequest {
  exercise: string;
  answer: string;
  check: string;
  right: unknown;
  wrongs: Record<string, { fingerprint: unknown; message: string }>;
}

export interface CheckResult {
  passed: boolean;
  message: string;
  wrong: string | null;
  error: PythonError | null;
}

export interface PythonWorker {
  /** Resolves when Python is there. */
  ready(): Promise<void>;
  run(request: RunRequest): Promise<RunResult>;
  check(request: CheckRequest): Promise<CheckResult>;
}
