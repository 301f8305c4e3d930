/** The speed of one application on one route, as a ratio to the baseline of the same round. */
export interface Speed {
  readonly platform: string;
  readonly route: string;
  readonly against: string;
  readonly application: string;
  readonly median: number;
  readonly least: number;
  readonly greatest: number;
}

/** What one run of `npm run bench` has measured: a file in `docs/benchmarks/history/`. */
export interface BenchmarkRun {
  /** When, as `2026-11-29T1504` in UTC; of the oldest run only the day is known. */
  readonly date: string;
  /** The commit that was measured. */
  readonly commit: string;
  /** Where it was measured, with which versions, and how. */
  readonly machine: string;
  /** The tables, in Markdown. The first one has no title: targets and whether they were reached. */
  readonly sections: readonly { readonly title: string; readonly text: string }[];
  /** Requests a second, for the plots. */
  readonly speeds: readonly Speed[];
}
