/** The API of a provider without OpenID Connect, with the access token of the user who has just signed in. @publicApi */
export interface ProviderApi {
  /** The JSON at a path below `endpoints.api`. Rejects if the response is anything else. */
  get(path: string): Promise<unknown>;
}
