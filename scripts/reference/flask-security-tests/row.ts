/** Where something is held here: a test by its file and its title, with `…` where a table of cases fills in; or an option. */
export type Place = { readonly file: string; readonly title: string } | { readonly option: string };

/** What becomes of a test of Flask-Security. */
export interface Row {
  readonly verdict: 'same' | 'better' | 'different' | 'not here';
  /** In a few words; the empty string for what is the same. */
  readonly why: string;
  readonly places: readonly Place[];
}

/** The rows of a file of tests, by the names of its functions. */
export type Suite = Readonly<Record<string, Row>>;

/** Makes the tests of a file, or the cases of a contract. */
export const inFile =
  (file: string) =>
  (title: string): Place => ({ file, title });

export const option = (name: string): Place => ({ option: name });

export const same = (...places: readonly [Place, ...Place[]]): Row => ({ verdict: 'same', why: '', places });

export const better = (why: string, ...places: readonly [Place, ...Place[]]): Row => ({
  verdict: 'better',
  why,
  places,
});

/** Something else happens here, on purpose. */
export const different = (why: string, ...places: readonly Place[]): Row => ({ verdict: 'different', why, places });

export const notHere = (why: string): Row => ({ verdict: 'not here', why, places: [] });
