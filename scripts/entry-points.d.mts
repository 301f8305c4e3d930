/** The entry points that are adapters to a library, an optional peer that they import when they are loaded, by their names in `dist/`. */
export declare const adapters: Readonly<Record<string, string>>;
/** The entry points that export nothing but types. */
export declare const onlyTypes: readonly string[];
/** Where each entry point of the package begins in `lib/`, by its name in `dist/`. */
export declare const entryPoints: Readonly<Record<string, string>>;
