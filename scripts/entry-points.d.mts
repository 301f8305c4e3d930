/** Where each entry point of the package begins in `lib/`, by its name in `dist/`. */
export declare const entryPoints: Readonly<Record<string, string>>;
