/** How many times as long as on a calm machine something may take on this one, now. */
export declare function patience(): number;
