import type { Page, RawRoutes, Routes } from "./wire.ts";

/** The methods that routes have. */
export type Method = keyof Routes;

/** The paths that answer JSON to a method. */
export type Path<M extends Method> = keyof Routes[M] & string;

/** The paths that answer bytes to a method. */
export type RawPath<M extends Method> = M extends keyof RawRoutes ? keyof RawRoutes[M] & string
  : never;

/** What any request may say beside what its route takes. */
export interface RequestExtras {
  /** Ends the request; what it asked for may have been done all the same. */
  signal?: AbortSignal | undefined;
  headers?: Record<string, string | undefined>;
  /** How often a request that failed is sent again; the client's `maxRetries` if left out. */
  retries?: number | undefined;
  /** How long the answer may take at least, where the client's own `timeoutMs` is shorter. */
  atLeastMs?: number | undefined;
}

/** What a route takes. Where nothing has to be given, the argument may be left out. */
export type Arguments<Route> = Record<never, never> extends Omit<Route, "reply">
  ? [options?: Omit<Route, "reply"> & RequestExtras]
  : [options: Omit<Route, "reply"> & RequestExtras];

/** What a route answers. */
export type Reply<Route> = Route extends { reply: infer Answer } ? Answer : never;

/** What a route's query may say. */
export type Query<M extends Method, P extends Path<M>> = Routes[M][P] extends { query?: infer Q }
  ? Q
  : never;

/** The paths of lists that page. */
export type PagedPath = {
  [P in Path<"GET">]: Routes["GET"][P] extends { reply: Page<infer _> } ? P : never;
}[Path<"GET">];

/** What a list is of. */
export type ItemOf<P extends PagedPath> = Routes["GET"][P] extends { reply: Page<infer Item> }
  ? Item
  : never;

/** The functions whose health can be asked. */
export type FunctionName = Path<"GET"> extends infer P
  ? P extends `/${infer Name}/health` ? Name : never
  : never;
